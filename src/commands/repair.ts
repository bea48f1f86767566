import { Flags } from '@oclif/core'
import { fileFlags, MdsCommand, sessionArgs, TRUST_EXIT_CODES } from './base.js'

export default class Repair extends MdsCommand {
  static override summary = 'Make a copy of damaged recordings without the damage'
  static override description =
    `Without --write only says what would be done, and exits 4 if there is anything to do. Never edits an original: the copy keeps its name and goes to the folder repaired beside it, with an index, a manifest that lists what was left out, and a journal that tells it as a gap. Read the copies by naming that folder.

${TRUST_EXIT_CODES}`
  static override examples = [
    { description: 'What would be done', command: '<%= config.bin %> repair 20251005' },
    { description: 'Do it', command: '<%= config.bin %> repair recording.bin --write --output mended' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...fileFlags,
    write: Flags.boolean({ summary: 'Write the copies' }),
    output: Flags.string({
      char: 'o',
      summary: 'Folder for the copies; default: repaired, beside each recording',
      helpValue: 'DIR',
    }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Repair)
    const { repairLines, runRepair } = await import('../io/trust/run-repair.js')
    const wishes = { write: flags.write, output: flags.output }
    const answer = await this.withProgress('Repair', flags.quiet, (run) =>
      runRepair(this.recordingQuery(argv, flags), wishes, run),
    )
    if (!this.jsonEnabled()) for (const line of repairLines(answer, wishes)) this.log(line)
    process.exitCode = answer.exit_code
    return answer
  }
}
