import { Flags, type Interfaces } from '@oclif/core'
import { usageError } from '../core/errors.js'
import {
  barFlags,
  EXIT_CODES,
  formatFlag,
  MdsCommand,
  recordingFlags,
  sessionArgs,
  signalFlags,
  symbolFlag,
  windowFlags,
} from './base.js'

const SERVE = { helpGroup: 'SERVE', dependsOn: ['serve'] }

/** For clients of Kite; docs/serve.md has the rules. */
const serveFlags = {
  serve: Flags.string({
    summary: 'Serve the recording to clients of Kite, as a ticker, instead of writing records',
    helpGroup: 'SERVE',
    helpValue: 'HOST:PORT',
    exclusive: ['output', 'format', 'emit', 'symbol', 'tf', 'bars', 'redis', 'jsonl'],
  }),
  'wait-for': Flags.integer({
    ...SERVE,
    summary: 'Begin when so many clients have subscribed, 0: at once; default 1',
    min: 0,
    helpValue: 'N',
  }),
  connections: Flags.integer({ ...SERVE, summary: 'Clients at a time; default 3, as with Kite', min: 1, helpValue: 'N' }),
  stay: Flags.boolean({ ...SERVE, summary: 'Stay at the end, until told to stop' }),
  faults: Flags.string({
    ...SERVE,
    summary: 'Make trouble: by chance from a seed, the same each time, or as a file says',
    helpValue: 'SEED|FILE',
  }),
  'fault-log': Flags.string({ ...SERVE, summary: 'File for what was done to whom; default: standard error', helpValue: 'FILE' }),
  'api-key': Flags.string({
    helpGroup: 'SERVE',
    summary: 'What clients log in with: made up, never a real one',
    default: 'mds',
    env: 'MDS_SERVE_API_KEY',
    helpValue: 'TEXT',
  }),
  'access-token': Flags.string({
    helpGroup: 'SERVE',
    summary: 'Likewise',
    default: 'mds',
    env: 'MDS_SERVE_ACCESS_TOKEN',
    helpValue: 'TEXT',
  }),
  'allow-remote': Flags.boolean({ ...SERVE, summary: 'Other machines may come; needs --access-token' }),
  'allow-host': Flags.string({
    ...SERVE,
    summary: 'Name of this machine under which they may; may be repeated',
    multiple: true,
    multipleNonGreedy: true,
    helpValue: 'NAME',
  }),
} as const

export default class Replay extends MdsCommand {
  static override summary = 'Play recordings in virtual time: ticks and candles as they came'
  static override description =
    `Writes one record a line, each at the moment it was received, slowed or sped up. What is written never depends on
the speed: --speed max gives the same bytes at once. On a terminal, without --output and --format, a live view of
the market is shown instead; press ? there for its keys.

Silences keep their length (a lunch break at 1x is a lunch break) unless --max-wait shortens them.
Days follow one another without a wait.

${EXIT_CODES}`
  static override examples = [
    { description: 'Watch a day at ten times its speed', command: '<%= config.bin %> replay 20251005 --speed 10x' },
    {
      description: 'Feed the first half hour, ticks and candles in one stream, to another program in real time',
      command: '<%= config.bin %> replay 20251005 --from 09:15 --to 09:45 --emit ticks,candles | your-program',
    },
    {
      description: 'All ticks of one symbol at once',
      command: '<%= config.bin %> replay 20251005 --speed max --symbol RELIANCE -o ticks.ndjson',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    speed: Flags.string({ summary: '0.1x to 1000x, or max', default: '1x', helpValue: '10x' }),
    emit: Flags.string({
      summary: 'ticks, candles, alerts or several of them',
      default: ['ticks'],
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'ticks,candles',
    }),
    ...windowFlags,
    to: Flags.string({
      summary: 'End before what was received at this time; or feed a sink with whole messages: redis, jsonl',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'TIME|SINK',
    }),
    redis: Flags.string({
      summary: 'Server for --to redis, and for --emit alerts; a password is better in $MDS_REDIS_PASSWORD',
      helpValue: 'URL',
    }),
    jsonl: Flags.string({ summary: 'Folder for --to jsonl; default: this one', helpValue: 'DIR' }),
    ...symbolFlag,
    'max-wait': Flags.string({ summary: 'Shorten longer silences to this much real time; default: never', helpValue: '5s' }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    ...formatFlag,
    ...barFlags,
    ...signalFlags,
    ...recordingFlags,
    ...serveFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Replay)
    if (flags.serve !== undefined) return this.#serve(argv, flags, flags.serve)
    const { closingLine, runReplay } = await import('../io/run-replay.js')
    const { sinkLines, splitTo } = await import('../io/replay-sinks.js')
    const emits_alerts = flags.emit.join(',').includes('alerts')
    const { to, sinks } = splitTo(flags.to ?? [], { ...flags, redis: emits_alerts ? undefined : flags.redis })
    if (sinks.length === 0) this.requireFileForJson(flags.output, 'mds replay 20251005 --speed max --json -o ticks.ndjson')
    const words = {
      ...this.sessionRequest(argv, flags),
      wishes: { symbols: flags.symbol ?? [], tokens: [], exchanges: [] },
      clock: flags.clock,
      bars: { auction: flags.auction, fill: flags.fill, late: flags.late, gap_volume: flags['gap-volume'] },
      tf: flags.tf ?? [],
      event_bars: flags.bars ?? [],
      style: flags.style,
      from: flags.from,
      to,
      speed: flags.speed,
      max_wait: flags['max-wait'],
      signals: { ...this.signalWords(flags), version: this.config.version },
      emit: flags.emit,
      output: flags.output,
      format: flags.format,
      redis: sinks.length === 0 ? flags.redis : undefined,
    }
    const summary = await this.withProgress('Replay', flags.quiet, async (run) => {
      if (sinks.length === 0) return runReplay(words, { ...run, interrupt: () => process.emit('SIGINT') })
      const { runReplayTo } = await import('../io/run-replay-to.js')
      return runReplayTo({ ...words, sinks, redis: flags.redis, jsonl: flags.jsonl }, run)
    })
    this.report(summary.diagnostics, flags)
    const { faultLine } = await import('../io/signals/fault-line.js')
    for (const fault of summary.faults) this.notice(faultLine(fault))
    if (!flags.quiet) for (const line of [closingLine(summary), ...sinkLines(summary)]) this.notice(line)
    return { ...summary, diagnostics: summary.diagnostics.map((log) => log.summary()) }
  }
  async #serve(argv: readonly unknown[], flags: ServeFlagValues, serve: string): Promise<unknown> {
    const { closingLine, runServe } = await import('../io/serve/run-serve.js')
    const { splitTo } = await import('../io/replay-sinks.js')
    const { to, sinks } = splitTo(flags.to ?? [], flags)
    if (sinks.length > 0)
      throw usageError(
        'one_kind_only',
        `--serve feeds clients, --to ${sinks.join(',')} feeds sinks: expected one of them.`,
        'mds replay --serve localhost:8765',
      )
    const { diagnostics, ...summary } = await this.withProgress('Serve', flags.quiet, (run) =>
      runServe(
        {
          ...this.sessionRequest(argv, flags),
          serve,
          from: flags.from,
          to,
          speed: flags.speed,
          max_wait: flags['max-wait'],
          api_key: flags['api-key'],
          access_token: flags['access-token'],
          connections: flags.connections,
          wait_for: flags['wait-for'],
          stay: flags.stay,
          faults: flags.faults,
          fault_log: flags['fault-log'],
          allow_remote: flags['allow-remote'],
          allowed_hosts: flags['allow-host'] ?? [],
        },
        {
          ...run,
          shows_screen: process.stdout.isTTY === true && !this.jsonEnabled(),
          interrupt: () => process.emit('SIGINT'),
        },
      ),
    )
    this.report(diagnostics, flags)
    if (!flags.quiet) this.notice(closingLine(summary))
    return { ...summary, diagnostics: diagnostics.map((log) => log.summary()) }
  }
}

type ServeFlagValues = Interfaces.InferredFlags<typeof Replay.flags>
