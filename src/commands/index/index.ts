import { Flags } from '@oclif/core'
import { fileFlags, MdsCommand, sessionArgs, TRUST_EXIT_CODES } from '../base.js'

// In a folder of its own: oclif takes a file called index.ts for the command of its folder.
export default class Index extends MdsCommand {
  static override summary = 'Make the checksummed index of recordings anew'
  static override description =
    `Reads the recording and writes the .bin.idx beside it, whole or not at all; the recording is never touched. Vouches for the bytes as they are now, so it is refused where an index or a manifest says that they have changed. Blocks end at the first damage.

${TRUST_EXIT_CODES}`
  static override examples = [
    { description: 'A day of the original recorder, which has no index', command: '<%= config.bin %> index 20251005' },
    { description: 'One file, even over an index that contradicts', command: '<%= config.bin %> index recording.bin --force' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...fileFlags,
    force: Flags.boolean({ summary: 'Make it anew even where the one that is there fits, or contradicts the data' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Index)
    const { indexLines, runIndex } = await import('../../io/trust/run-index.js')
    const answer = await this.withProgress('Index', flags.quiet, (run) =>
      runIndex(this.recordingQuery(argv, flags), { force: flags.force }, run),
    )
    if (!this.jsonEnabled()) for (const line of indexLines(answer)) this.log(line)
    process.exitCode = answer.exit_code
    return answer
  }
}
