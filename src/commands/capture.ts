import { Flags } from '@oclif/core'
import { EXIT } from '../core/errors.js'
import { MdsCommand, profileDataDirFlag, recordingFlags, signalFlags } from './base.js'

/** A stop takes two seconds at most, and one Ctrl-C may come twice: npx and some shells pass on what the terminal has sent already. */
const STOP_PATIENCE_MS = 3000

export default class Capture extends MdsCommand {
  protected override readonly patience_ms = STOP_PATIENCE_MS
  static override summary = 'Record the live feed: every message as it came, and a line for everything that is missing'
  static override description =
    `Writes one file an hour below the data folder, with an index, a manifest and a journal beside it (docs/recording.md).
Runs during the active hours, 09:05-15:35 IST on trading days unless told otherwise, until they end or Ctrl-C. A lost connection
is opened again, a full disk waited for; what could not be recorded stands in the journal (mds gaps). SIGTERM, SIGHUP and SIGQUIT
end it like Ctrl-C: everything is written, synced and described, and the exit code is 0.

Credentials come from config/api_configs/zerodha_token.json or the environment (KITE_API_KEY, KITE_ACCESS_TOKEN), never from
the command line. mds doctor checks everything beforehand, mds ctl steers a running capture.

Exit codes: 0 done, 1 a bug in mds, 2 usage, 3 files or folders, 5 feed or authentication, 130 interrupted before it began.`
  static override examples = [
    { description: 'The instruments of a profile, all day', command: '<%= config.bin %> capture --profile nifty50' },
    { description: 'Two instruments, no profile', command: '<%= config.bin %> capture --tokens 408065,884737 --mode full' },
    {
      description: 'One minute of a replayed day, with live candles',
      command: '<%= config.bin %> capture --url ws://localhost:8765 --tokens 408065 --duration 60s --candles 1m,5m',
    },
  ]
  static override flags = {
    profile: Flags.string({ summary: 'What to record: config/profiles/NAME.json, or a path', helpValue: 'NAME' }),
    tokens: Flags.string({
      summary: 'Instrument tokens instead of a profile, separated by commas',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'N,N',
    }),
    mode: Flags.option({ summary: 'What each packet tells; default full', options: ['ltp', 'quote', 'full'] as const })(),
    hours: Flags.string({ summary: 'Active hours, IST, on trading days; or always', helpValue: '09:05-15:35' }),
    duration: Flags.string({ summary: 'Stop after so long', helpValue: '60s' }),
    connections: Flags.integer({ summary: 'Sockets to split the instruments over; default as few as it takes', min: 1, max: 3 }),
    redundant: Flags.boolean({ summary: 'Every instrument on two sockets; mds merge makes one recording of both' }),
    fsync: Flags.string({
      summary: 'What a power cut may cost: always (nothing), milliseconds, close (the file), off; default 100',
      helpValue: 'MS',
    }),
    candles: Flags.string({
      summary: 'Also candles while recording: any Nm, 1h, 1d',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: '1m,5m',
    }),
    'candles-format': Flags.option({
      summary: 'How; default ndjson. parquet and arrow are complete at the end',
      options: ['ndjson', 'csv', 'parquet', 'arrow'] as const,
    })(),
    patterns: Flags.boolean({ summary: 'Also alerts while recording, as mds patterns raises them from the recording' }),
    ...signalFlags,
    redis: Flags.string({
      summary: 'Also to this Redis server; a password is better in $MDS_REDIS_PASSWORD',
      helpValue: 'URL',
    }),
    jsonl: Flags.string({ summary: 'Also ticks as JSON lines, a file a day, in this folder', helpValue: 'DIR' }),
    url: Flags.string({ summary: 'Feed instead of wss://ws.kite.trade; default $KITE_WS_URL', helpValue: 'URL' }),
    insecure: Flags.boolean({ summary: 'Allow ws:// to other machines: the token can be read on the way' }),
    'token-file': Flags.string({
      summary: 'JSON with api_key and access_token; default config/api_configs/zerodha_token.json',
      helpValue: 'FILE',
    }),
    port: Flags.integer({ summary: 'Port of the control API on 127.0.0.1; default any', min: 0, max: 65_535, default: 0 }),
    control: Flags.boolean({ summary: 'Serve the control API (mds ctl, /metrics)', default: true, allowNo: true }),
    'log-file': Flags.string({ summary: 'JSON lines; default logs/PROFILE.log beside the data folder', helpValue: 'FILE' }),
    'data-dir': profileDataDirFlag,
    instruments: recordingFlags.instruments,
    calendar: recordingFlags.calendar,
    view: Flags.boolean({ summary: 'Live view on a terminal', default: true, allowNo: true }),
    quiet: recordingFlags.quiet,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Capture)
    const { showCapture } = await import('../io/capture/show-capture.js')
    const end = await showCapture(
      {
        profile: flags.profile,
        tokens: flags.tokens ?? [],
        mode: flags.mode,
        data_dir: flags['data-dir'],
        instruments: flags.instruments ?? [],
        calendar: flags.calendar,
        hours: flags.hours,
        duration: flags.duration,
        url: flags.url,
        insecure: flags.insecure,
        token_file: flags['token-file'],
        fsync: flags.fsync,
        connections: flags.connections,
        redundant: flags.redundant,
        redis: flags.redis,
        jsonl: flags.jsonl,
        candles: flags.candles ?? [],
        candles_format: flags['candles-format'],
        patterns: flags.patterns,
        signals: { ...this.signalWords(flags), version: this.config.version },
        port: flags.control ? flags.port : undefined,
        log_file: flags['log-file'],
        version: this.config.version,
      },
      { signal: this.interrupt.signal, quiet: flags.quiet, view: flags.view && !this.jsonEnabled() },
    )
    if (end === undefined) return { recorded: false }
    if (end.status.recorder.suspect_files.length > 0) process.exitCode = EXIT.unreadable
    const { reason, candles, alerts, status } = end
    return {
      recorded: true,
      reason,
      ...(candles === undefined ? {} : { candles }),
      ...(alerts === undefined ? {} : { alerts }),
      ...status,
    }
  }
}
