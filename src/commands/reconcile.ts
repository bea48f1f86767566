import { Flags } from '@oclif/core'
import { EXIT, usageError } from '../core/errors.js'
import { MdsCommand, recordingFlags, sessionArgs, symbolFlag } from './base.js'

const EXIT_CODES = `Exit codes: 0 passed, 1 a bug in mds, 2 usage, 3 unreadable (or, with --strict, damage, gaps or bad lines), 4 below the pass line, 130 interrupted.`

export default class Reconcile extends MdsCommand {
  static override summary = "Compare our candles with the broker's or the exchange's, and say why they differ"
  static override description =
    `Takes Kite's historical candles (JSON as the API answers it, CSV, NDJSON, Parquet; a folder of files SYMBOL.json) or an end-of-day file of NSE or BSE, told apart by content.
Each bar gets a class and, where it can be proven, a cause: docs/reconcile.md has them all. SESSION may be a file of candles that mds made.
A symbol passes with enough of its liquid bars (10 trade ticks) within one tick and its volume close enough.

${EXIT_CODES}`
  static override examples = [
    {
      description: 'A day against the minutes of one share',
      command: '<%= config.bin %> reconcile 20251006 --against RELIANCE.json',
    },
    {
      description: 'A day against the end-of-day file of NSE',
      command: '<%= config.bin %> reconcile 20251006 --against BhavCopy_NSE_CM_0_0_0_20251006_F_0000.csv',
    },
    {
      description: 'Every bar with both sides into a file, a stricter pass line',
      command: '<%= config.bin %> reconcile 20251006 --against candles.csv --pass-price 99.9 -o rows.csv',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    against: Flags.string({ summary: 'Their candles: a file, or a folder of files', required: true, helpValue: 'FILE|DIR' }),
    tf: Flags.string({ summary: 'Length of their bars, where it cannot be told from their distance', helpValue: '1m' }),
    'pass-price': Flags.string({
      summary: 'Percent of the liquid bars of a symbol that must be within one tick',
      default: '99',
      helpValue: 'PERCENT',
    }),
    'pass-volume': Flags.string({
      summary: 'Percent that the volume of a symbol may differ',
      default: '0.5',
      helpValue: 'PERCENT',
    }),
    worst: Flags.integer({ summary: 'Worst bars shown', default: 20, min: 0, max: 1000, helpValue: 'N' }),
    output: Flags.string({ char: 'o', summary: 'File for the rows of all bars; - for standard output', helpValue: 'FILE' }),
    format: Flags.string({ summary: 'Of the rows: parquet, csv, ndjson, arrow or table', helpValue: 'NAME' }),
    ...symbolFlag,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Reconcile)
    if (flags.output === '-') this.requireFileForJson(flags.output, 'mds reconcile 20251006 --against a.csv --json -o rows.csv')
    const pass = {
      price_pct: percent('--pass-price', flags['pass-price']),
      volume_pct: percent('--pass-volume', flags['pass-volume']),
    }
    const { badLines, exitCodeOf, runReconcile } = await import('../io/reconcile/run-reconcile.js')
    const { answerOf } = await import('../io/reconcile/reconcile-answer.js')
    const { adviceLines, reconcileLines } = await import('../io/reconcile/reconcile-lines.js')
    const found = await this.withProgress('Reconcile', flags.quiet, (run) =>
      runReconcile(
        {
          ...this.sessionRequest(argv, flags),
          against: flags.against,
          tf: flags.tf,
          symbols: flags.symbol ?? [],
          pass,
          output: flags.output,
          format: flags.format,
        },
        run,
      ),
    )
    const answer = answerOf(found, pass, flags.worst)
    process.exitCode = exitCodeOf(!answer.passed)
    this.report(
      found.runs.map(({ diagnostics }) => diagnostics),
      flags,
    )
    if (flags.strict && badLines(found) > 0) process.exitCode = EXIT.unreadable
    if (!this.jsonEnabled() && flags.output !== '-') for (const line of reconcileLines(answer)) this.log(line)
    if (!flags.quiet) for (const line of adviceLines(answer)) this.notice(line)
    return answer
  }
}

function percent(flag: string, text: string): number {
  const value = /^\d+(?:\.\d+)?$/.test(text) ? Number(text) : Number.NaN
  if (value >= 0 && value <= 100) return value
  throw usageError(
    'bad_percent',
    `Expected a percentage from 0 to 100 after ${flag}, found ${JSON.stringify(text)}.`,
    `${flag} 99`,
  )
}
