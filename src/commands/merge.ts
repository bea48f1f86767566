import { Flags } from '@oclif/core'
import { EXIT_CODES, fileFlags, MdsCommand, sessionArgs } from './base.js'

export default class Merge extends MdsCommand {
  static override summary = 'Make one recording of redundant captures'
  static override description =
    `Takes the connections of a capture, or captures of several machines, that carried the same instruments. Copies of a packet are found by its bytes, on different connections and within 2 s; the first one stays, where and when it came. What only one side has stays, and what one side sent twice stays twice. The result has an index, a manifest and a journal of the gaps that no side fills.

${EXIT_CODES}`
  static override examples = [
    { description: 'The redundant connections of a day', command: '<%= config.bin %> merge 20251005 --output merged' },
    { description: 'The same day from two machines', command: '<%= config.bin %> merge machine_a machine_b --output merged' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...fileFlags,
    output: Flags.string({ char: 'o', summary: 'Folder for the result', required: true, helpValue: 'DIR' }),
    as: Flags.string({ summary: 'Profile of the result; default: that of the recordings, or merged', helpValue: 'NAME' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Merge)
    const { mergeLines, runMerge } = await import('../io/trust/run-merge.js')
    const answer = await this.withProgress('Merge', flags.quiet, (run) =>
      runMerge(this.recordingQuery(argv, flags), { output: flags.output, profile: flags.as }, run),
    )
    if (!this.jsonEnabled()) for (const line of mergeLines(answer)) this.log(line)
    return answer
  }
}
