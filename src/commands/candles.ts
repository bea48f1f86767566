import { Flags } from '@oclif/core'
import type { Candle } from '../core/market/index.js'
import {
  barFlags,
  candleOutputFlags,
  GOLDEN_EXIT_CODES,
  goldenFlags,
  MdsCommand,
  recordingFlags,
  sessionArgs,
  symbolFlag,
} from './base.js'

export default class Candles extends MdsCommand {
  static override summary = 'Build candles from recordings'
  static override description = `Bars begin at the open of the segment's session (09:15; 09:00 for currency and commodities).
On a terminal candles come as a table, into a pipe or a file as Parquet; --format or the file's ending decides otherwise.

${GOLDEN_EXIT_CODES}`
  static override examples = [
    {
      description: 'Five-minute candles of a day into a Parquet file',
      command: '<%= config.bin %> candles 20251005 --tf 5m > candles.parquet',
    },
    {
      description: 'One file per symbol and interval, merged with what is there',
      command: '<%= config.bin %> candles 20251005 --tf 1m,5m,1d -o candles/',
    },
    {
      description: 'Look at one recording',
      command: '<%= config.bin %> candles raw_ticks/sso_xvenue/sso_xvenue_20251005_0900.bin --format table',
    },
    {
      description: 'Volume bars instead of clock bars',
      command: '<%= config.bin %> candles 20251005 --bars volume:50000 -o bars.csv',
    },
    {
      description: 'In CI: the candles of a committed recording are what they were',
      command: '<%= config.bin %> candles test/reliance.bin --golden test/reliance.candles.csv',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...barFlags,
    ...candleOutputFlags,
    ...symbolFlag,
    ...goldenFlags,
    chart: Flags.boolean({ summary: 'Draw the busiest instrument on the terminal' }),
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Candles)
    if (!this.printsNothing(flags)) this.requireFileForJson(flags.output, 'mds candles 20251005 --json -o candles.parquet')
    const { countOf, resultOf, runCandles, whyNone } = await import('../io/run-candles.js')
    const summary = await this.withProgress('Candles', flags.quiet, (run) =>
      runCandles({ ...this.candleWords(argv, flags), golden: this.goldenWords(flags), chart: flags.chart }, run),
    )
    this.report(
      summary.runs.map(({ diagnostics }) => diagnostics),
      flags,
    )
    if (flags.chart) await this.#draw(summary.drawn)
    const told = whyNone(summary) ?? (flags.quiet || /^(?:-|none)$/.test(summary.output) ? undefined : countOf(summary))
    if (told !== undefined) this.notice(told)
    this.reportGolden(summary.golden, flags)
    return resultOf(summary)
  }

  /** On stderr unless standard output is the terminal: a pipe or file gets the candles alone. */
  async #draw(candles: readonly Candle[]): Promise<void> {
    const { chartLines } = await import('../io/draw-candles.js')
    const stream = process.stdout.isTTY ? process.stdout : process.stderr
    const colour = stream.isTTY === true && process.env.NO_COLOR === undefined
    for (const line of chartLines(candles, stream.columns ?? 100, colour)) stream.write(`${line}\n`)
  }
}
