import { Flags } from '@oclif/core'
import {
  barFlags,
  baselineFlag,
  candleOutputFlags,
  GOLDEN_EXIT_CODES,
  goldenFlags,
  MdsCommand,
  recordingFlags,
  sessionArgs,
  symbolFlag,
} from './base.js'

const { late: _, ...indicatorBarFlags } = barFlags

export default class Indicators extends MdsCommand {
  static override summary = 'Candles with indicators beside them'
  static override description =
    `Columns such as rsi_14 follow those of mds candles; prices are in rupees, and a cell is empty while an indicator warms up.
Averages go on from session to session; what is anchored at a session (vwap, profile, cvd, rvol_roll) begins anew. See docs/indicators.md.

${GOLDEN_EXIT_CODES}`
  static override examples = [
    {
      description: 'What there is, with numbers and defaults',
      command: '<%= config.bin %> indicators --list',
    },
    {
      description: 'Five-minute candles of a day with three indicators',
      command: '<%= config.bin %> indicators 20251005 --tf 5m --set rsi:14,ema:9,vwap > indicators.parquet',
    },
    {
      description: 'Look at one symbol with the default set',
      command: '<%= config.bin %> indicators 20251005 --tf 15m --symbol RELIANCE --format table',
    },
    {
      description: 'Order flow of a day, each session on its own',
      command: '<%= config.bin %> indicators 20251005 --set cvd,ofi,book,profile --reset-daily -o flow.csv',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    set: Flags.string({
      summary: 'Indicators with their numbers, separated by commas; default: a dozen of common ones',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'rsi:14,vwap',
    }),
    list: Flags.boolean({ summary: 'Print all indicators and end' }),
    'reset-daily': Flags.boolean({ summary: 'Begin everything anew at each session' }),
    'no-gap-tr': Flags.boolean({ summary: 'Leave the gap between two sessions out of true ranges' }),
    ...baselineFlag,
    ...indicatorBarFlags,
    ...candleOutputFlags,
    ...symbolFlag,
    ...goldenFlags,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Indicators)
    if (flags.list) return this.#list(flags)
    if (!this.printsNothing(flags)) this.requireFileForJson(flags.output, 'mds indicators 20251005 --json -o indicators.parquet')
    const { runIndicators } = await import('../io/run-indicators.js')
    const { countOf, resultOf, whyNone } = await import('../io/run-candles.js')
    // A candle told again would change all that came after it.
    const words = { ...this.candleWords(argv, { ...flags, late: 'drop' }), golden: this.goldenWords(flags) }
    const summary = await this.withProgress('Indicators', flags.quiet, (run) =>
      runIndicators(
        {
          ...words,
          set: flags.set ?? [],
          reset_daily: flags['reset-daily'],
          gap_tr: !flags['no-gap-tr'],
          baseline: flags.baseline,
        },
        run,
      ),
    )
    this.report(
      summary.runs.map(({ diagnostics }) => diagnostics),
      flags,
    )
    const told = whyNone(summary) ?? (flags.quiet || /^(?:-|none)$/.test(summary.output) ? undefined : countOf(summary))
    if (told !== undefined) this.notice(told)
    this.reportGolden(summary.golden, flags)
    return { ...resultOf(summary), columns: summary.columns }
  }

  async #list(flags: { output: string | undefined; format: string | undefined }): Promise<unknown> {
    const { indicatorRows, printIndicators } = await import('../io/list-indicators.js')
    if (!this.jsonEnabled()) await printIndicators(flags)
    return indicatorRows()
  }
}
