import { Flags } from '@oclif/core'
import { MdsCommand, profileDataDirFlag, recordingFlags } from './base.js'

export default class Doctor extends MdsCommand {
  static override summary = 'Check that a capture can run and does: token, disk, calendar, instruments, feed, Redis, files'
  static override description =
    `Goes through the checklist of a capture and says how to mend what fails. Changes nothing. No secret is shown.
--connect opens a socket to the feed for a moment; it counts among the three that a key may have.

Exit codes: 0 nothing failed, 5 the feed or the login did, 3 something else did, 1 a bug in mds, 2 usage, 130 interrupted.`
  static override examples = [
    { description: 'Before the market opens', command: '<%= config.bin %> doctor --profile nifty50 --connect' },
    { description: 'Two instruments, for a program', command: '<%= config.bin %> doctor --tokens 408065,884737 --json' },
  ]
  static override flags = {
    profile: Flags.string({ summary: 'Capture profile: its name, or the path of its file', helpValue: 'NAME' }),
    tokens: Flags.string({
      summary: 'Instead of a profile: instrument tokens, separated by commas',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'N,N',
      exclusive: ['profile'],
    }),
    connect: Flags.boolean({ summary: 'Also open a socket to the feed' }),
    url: Flags.string({ summary: "Feed to connect to; default: $KITE_WS_URL, else Kite's own", helpValue: 'URL' }),
    insecure: Flags.boolean({ summary: 'Allow ws:// to another machine' }),
    'token-file': Flags.string({
      summary: 'Key and token, in JSON; default: config/api_configs/zerodha_token.json, else the environment',
      helpValue: 'FILE',
    }),
    redis: Flags.string({ summary: 'Also look at this Redis; default: that of the profile', helpValue: 'URL' }),
    'data-dir': profileDataDirFlag,
    instruments: recordingFlags.instruments,
    calendar: recordingFlags.calendar,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Doctor)
    const { tokensOfFlag } = await import('../io/tokens-flag.js')
    const { doctorLines, runDoctor } = await import('../io/doctor/run-doctor.js')
    const report = await runDoctor(
      {
        profile: flags.profile,
        tokens: tokensOfFlag(flags.tokens ?? []),
        token_file: flags['token-file'],
        url: flags.url,
        insecure: flags.insecure,
        redis: flags.redis,
        connect: flags.connect,
        data_dir: flags['data-dir'],
        instruments: flags.instruments ?? [],
        calendar: flags.calendar,
      },
      this.interrupt.signal,
    )
    if (!this.jsonEnabled()) for (const line of doctorLines(report)) this.log(line)
    process.exitCode = report.exit_code
    return report
  }
}
