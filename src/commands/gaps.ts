import { MdsCommand, recordingFlags, sessionArgs, symbolFlag, TRUST_EXIT_CODES } from './base.js'

export default class Gaps extends MdsCommand {
  static override summary = 'List what is missing in recordings, and how that is known'
  static override description =
    `Reads the journals and manifests beside the recordings. Where no journal covers the time, a silence of more than 15 s inside session hours counts as a gap of grade weak. Tells for each gap which volume traded meanwhile, as far as the running totals show it.

${TRUST_EXIT_CODES}`
  static override examples = [
    { description: 'A day', command: '<%= config.bin %> gaps 20251005' },
    {
      description: 'Those that concern one share, for a program',
      command: '<%= config.bin %> gaps 20251005 --symbol RELIANCE --json',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    'data-dir': recordingFlags['data-dir'],
    profile: recordingFlags.profile,
    instruments: recordingFlags.instruments,
    calendar: recordingFlags.calendar,
    ...symbolFlag,
    quiet: recordingFlags.quiet,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Gaps)
    const { gapsLines, runGaps } = await import('../io/trust/run-gaps.js')
    const wishes = { symbols: flags.symbol ?? [], tokens: [], exchanges: [] }
    const answer = await this.withProgress('Gaps', flags.quiet, (run) => runGaps(this.sessionRequest(argv, flags), wishes, run))
    if (!this.jsonEnabled()) for (const line of gapsLines(answer)) this.log(line)
    process.exitCode = answer.exit_code
    return answer
  }
}
