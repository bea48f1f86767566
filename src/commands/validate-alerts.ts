import { Args, Flags } from '@oclif/core'
import { EXIT, usageError } from '../core/errors.js'
import { formatFlag, MdsCommand, recordingFlags, sessionArgs, signalFlags, symbolFlag } from './base.js'

/** Differences shown without `--limit`. */
const LIMIT = 20

export default class ValidateAlerts extends MdsCommand {
  static override summary = 'Hold a log of alerts against a replay, and ask what the alerts are worth'
  static override description =
    `Parity: replays the sessions with the detectors and flags of mds patterns, finds for each alert of the log its one in the replay, and tells every difference with the first cause found. Equal means equal, unless a tolerance says otherwise.

Worth: follows each alert through the recording, from the first price that could have been had: what the price did after 1 to 60 minutes and by the end of the day, whether target or stop came first, what is left after charges, whether random entries on earlier sessions do as well (name at least five sessions before the one judged), and how much confidence means.

docs/validate.md has every number, the kinds and causes of differences, and the fields a log may have.

Exit codes: 0 no difference (also: only judged), 1 a bug in mds, 2 usage (also: a log of another day), 3 unreadable (an empty log; with --strict, bad records, damage and gaps), 4 there are differences, 130 interrupted.`
  static override examples = [
    { description: "Production's log of a day", command: '<%= config.bin %> validate-alerts alerts.jsonl 20251005' },
    {
      description: 'With the numbers production ran with, every difference in a file',
      command: '<%= config.bin %> validate-alerts alerts.jsonl 20251005 --config my.json -o differences.csv',
    },
    {
      description: 'What the alerts of a day are worth, against twenty earlier sessions',
      command: "<%= config.bin %> validate-alerts alerts.jsonl --part worth 'raw_ticks/sso_xvenue/*.bin'",
    },
    {
      description: 'The same as a page for a browser',
      command: '<%= config.bin %> validate-alerts alerts.jsonl 20251005 --report alerts.html',
    },
    {
      description: "Somebody else's names, and a clock that is up to two seconds off",
      command: '<%= config.bin %> validate-alerts log.csv 20251005 --map strategy=pattern_type --time-tolerance 2',
    },
  ]
  static override strict = false
  static override args = {
    alerts: Args.string({ description: 'Log: lines or a list of JSON, CSV, Parquet; - for standard input', required: true }),
    ...sessionArgs,
  }
  static override flags = {
    part: Flags.option({
      options: ['parity', 'worth', 'both'] as const,
      summary: 'Which half; default both, in which sessions without an alert in the log are only history',
    })(),
    map: Flags.string({
      summary: 'A field of the log under another name; may be repeated',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'THEIRS=OURS',
    }),
    'time-tolerance': Flags.string({ summary: 'Times so far apart are equal; default 0', helpValue: 'SECONDS' }),
    'confidence-tolerance': Flags.string({ summary: 'Confidences so far apart are equal; default 0', helpValue: 'N' }),
    'price-tolerance': Flags.string({ summary: 'Prices so far apart are equal; default 0', helpValue: 'RUPEES' }),
    latency: Flags.integer({
      summary: 'Worth: from the alert to an order in the market',
      default: 500,
      min: 0,
      max: 59_999,
      helpValue: 'MS',
    }),
    bars: Flags.boolean({ summary: 'Worth: target and stop by minute bars instead of single trades' }),
    draws: Flags.integer({ summary: 'Worth: samples of chance', default: 1000, min: 1000, max: 100_000, helpValue: 'N' }),
    seed: Flags.integer({ summary: 'Worth: seed of all draws', default: 1, min: 0, helpValue: 'N' }),
    trials: Flags.integer({
      summary: 'Worth: configurations ever tried, for the deflated Sharpe ratio; default: the patterns of the log',
      min: 1,
      helpValue: 'N',
    }),
    notional: Flags.integer({
      summary: 'Worth: rupees that a trade of shares is sized by, for charges',
      default: 100_000,
      min: 1,
      helpValue: 'RUPEES',
    }),
    charges: Flags.string({ summary: 'Worth: table of charges; default: the one that ships with mds', helpValue: 'FILE' }),
    limit: Flags.integer({ summary: 'Differences to show', default: LIMIT, min: 0, helpValue: 'N' }),
    ...signalFlags,
    report: Flags.string({ summary: 'A page for a browser with the whole answer, in one file', helpValue: 'FILE.html' }),
    output: Flags.string({ char: 'o', summary: 'File for all differences, one row each', helpValue: 'FILE' }),
    ...formatFlag,
    ...symbolFlag,
    ...recordingFlags,
    strict: Flags.boolean({ summary: 'Exit 3 when the log has a bad record, or the recording damage or gaps' }),
  }

  async run(): Promise<unknown> {
    const { argv, args, flags } = await this.parse(ValidateAlerts)
    // Rows in a format are for a program: the table for people would stand between them.
    const output = flags.output ?? (flags.format === undefined ? undefined : '-')
    const part = partOf(flags.part, output)
    if (output === '-') this.requireFileForJson(output, 'mds validate-alerts alerts.jsonl 20251005 --json')
    const words = {
      ...this.sessionRequest(argv.slice(1), flags),
      ...this.signalWords(flags),
      version: this.config.version,
      wishes: { symbols: flags.symbol ?? [], tokens: [], exchanges: [] },
      alerts: args.alerts,
      maps: flags.map ?? [],
      tolerance: {
        time_ms: toleranceOf('time', flags['time-tolerance']) * 1000,
        confidence: toleranceOf('confidence', flags['confidence-tolerance']),
        price: toleranceOf('price', flags['price-tolerance']),
      },
      part,
      rules: { latency_ms: flags.latency, from: flags.bars ? ('bars' as const) : ('ticks' as const) },
      draws: flags.draws,
      seed: flags.seed,
      trials: flags.trials,
      notional: flags.notional,
      charges: flags.charges,
      strict: flags.strict,
      report: flags.report,
      output,
      format: flags.format,
    }
    const { validateAlerts } = await import('../io/validate/validate-alerts.js')
    const answer = await this.withProgress('Replay', flags.quiet, (run) => validateAlerts(words, run))
    if (!flags.quiet) for (const line of answer.notices) this.notice(line)
    this.report(answer.diagnostics, flags)
    if (!this.jsonEnabled() && output !== '-') for (const line of answer.lines(flags.limit)) this.log(line)
    if (answer.exit_code !== EXIT.ok) process.exitCode = answer.exit_code
    return answer.json(flags.limit)
  }
}

/** Rows of differences on standard output leave no place for a verdict. */
function partOf(part: 'parity' | 'worth' | 'both' | undefined, output: string | undefined): 'parity' | 'worth' | 'both' {
  if (output !== undefined && (part === 'worth' || (part === 'both' && output === '-')))
    throw usageError(
      'no_rows',
      `--part ${part}: rows in a format are the differences of the parity part${part === 'both' ? ', and leave no place for the verdict' : ''}.`,
      ...(part === 'both' ? ['-o differences.ndjson'] : ['--part both', 'leave -o and --format out']),
    )
  return part ?? (output === '-' ? 'parity' : 'both')
}

/** A number from 0. */
function toleranceOf(what: string, text: string | undefined): number {
  if (text === undefined) return 0
  if (/^(\d+\.?\d*|\.\d+)$/.test(text)) return Number(text)
  throw usageError(
    'bad_tolerance',
    `--${what}-tolerance ${text}: expected a number from 0.`,
    `--${what}-tolerance ${what === 'confidence' ? '0.01' : '1'}`,
  )
}
