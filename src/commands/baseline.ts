import { Args, Flags } from '@oclif/core'
import { EXIT_CODES, MdsCommand, recordingFlags } from './base.js'

const SESSIONS_MAX = 252

export default class Baseline extends MdsCommand {
  static override summary = 'Make the histories that detectors look back on from earlier recordings'
  static override description =
    `One file with what is usual: volume by minute, levels of the day and week before, bars for indicators to go on from, daily volatility of underlyings. The same recordings give the same bytes. Days that the file holds already are not read again.

${EXIT_CODES}`
  static override examples = [
    { description: 'Of all recordings there are, the newest 20 sessions', command: '<%= config.bin %> baseline' },
    {
      description: 'As it was before a day, for a run of that day',
      command: '<%= config.bin %> baseline --profile sso_xvenue --until 20251006 -o then.ndjson',
    },
  ]
  static override strict = false
  static override args = {
    session: Args.string({ description: 'Day (20251005), file, folder or pattern; none: every day there is' }),
  }
  static override flags = {
    sessions: Flags.integer({
      summary: `How many sessions, the newest ones; up to ${SESSIONS_MAX}. Ranks of volatility need 60`,
      default: 20,
      min: 1,
      max: SESSIONS_MAX,
      helpValue: 'N',
    }),
    until: Flags.string({ summary: 'Only sessions before this date', helpValue: 'DATE' }),
    output: Flags.string({
      char: 'o',
      summary: 'File to write, - for standard output; default: PROFILE.baseline.ndjson beside the recordings',
      helpValue: 'FILE',
    }),
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Baseline)
    if (flags.output === '-') this.requireFileForJson(flags.output, 'mds baseline --json -o baseline.ndjson')
    const { baselineLines, runBaseline } = await import('../io/run-baseline.js')
    const { runs, ...summary } = await this.withProgress('Baseline', flags.quiet, (run) =>
      runBaseline(
        { ...this.sessionRequest(argv, flags), sessions: flags.sessions, until: flags.until, output: flags.output },
        run,
      ),
    )
    if (!flags.quiet) for (const line of baselineLines({ ...summary, runs })) this.notice(line)
    this.report(
      runs.map(({ diagnostics }) => diagnostics),
      { quiet: true, strict: flags.strict },
    )
    return summary
  }
}
