import { Args, Flags } from '@oclif/core'
import { MdsCommand, recordingFlags } from './base.js'

export default class Replay extends MdsCommand {
  static override summary = 'Play recordings in virtual time: ticks and candles as they came'
  static override description =
    `Writes one record a line, each at the moment it was received, slowed or sped up. What is written never depends on
the speed: --speed max gives the same bytes at once. On a terminal, without --output and --format, a live view of
the market is shown instead; press ? there for its keys.

Silences keep their length (a lunch break at 1x is a lunch break) unless --max-wait shortens them.
Days follow one another without a wait.`
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
  static override args = { session: Args.string({ description: 'Day, file, folder or pattern; none: the newest day there is' }) }
  static override flags = {
    speed: Flags.string({ summary: '0.1x to 1000x, or max', default: '1x', helpValue: '10x' }),
    emit: Flags.string({ summary: 'ticks, candles or both', default: ['ticks'], multiple: true, helpValue: 'ticks,candles' }),
    from: Flags.string({
      summary: 'Begin with what was received at HH:MM[:SS] (IST) or at a moment (ISO 8601 with zone)',
      helpValue: 'TIME',
    }),
    to: Flags.string({ summary: 'End before what was received at this time', helpValue: 'TIME' }),
    symbol: Flags.string({ summary: 'Only these instruments; may be repeated', multiple: true, helpValue: 'NAME' }),
    tf: Flags.string({
      summary: 'Bar lengths: any Nm, 1h, 1d; separated by commas',
      default: ['1m'],
      multiple: true,
      helpValue: '1m,5m',
    }),
    'max-wait': Flags.string({ summary: 'Shorten longer silences to this much real time; default: never', helpValue: '5s' }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    format: Flags.string({ summary: 'ndjson, csv, parquet, arrow or table', helpValue: 'NAME' }),
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Replay)
    const { runReplay } = await import('../io/run-replay.js')
    return await runReplay(
      {
        recordings: { sessions: argv.map(String), data_dir: flags['data-dir'], profiles: flags.profile ?? [] },
        instruments: flags.instruments ?? [],
        calendar: flags.calendar,
        symbols: flags.symbol ?? [],
        clock: 'trade',
        bars: { auction: 'separate', fill: 'skip', late: 'drop', gap_volume: 'quarantine' },
        tf: flags.tf,
        from: flags.from,
        to: flags.to,
        speed: flags.speed,
        max_wait: flags['max-wait'],
        emit: flags.emit,
        output: flags.output,
        format: flags.format,
        strict: flags.strict === true,
        as_json: this.jsonEnabled(),
      },
      {
        signal: this.interrupt.signal,
        interrupt: () => process.emit('SIGINT'),
        onNotice: (text) => {
          if (!flags.quiet) this.notice(text)
        },
        progress: this.progress('Replay', flags.quiet),
      },
    )
  }
}
