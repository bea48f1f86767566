import { Flags } from '@oclif/core'
import { EXIT_CODES, formatFlag, MdsCommand, recordingFlags, sessionArgs } from './base.js'

export default class Chain extends MdsCommand {
  static override summary = 'Show the option chain of an underlying as it stood at a moment'
  static override description =
    `Reads the recordings up to --at and no further: the last accepted quote of each option, of the futures and of the index.
Forward from put-call parity, implied volatility and greeks by Black-76; docs/options.md defines every figure.
On a terminal chains come as a table, into a pipe or a file as NDJSON; --format or the file's ending decides otherwise.

${EXIT_CODES}`
  static override examples = [
    {
      description: 'NIFTY at half past eleven, nearest expiry',
      command: '<%= config.bin %> chain 20251006 --underlying NIFTY --at 11:30',
    },
    {
      description: 'Ten strikes on each side of the money, in columns',
      command: '<%= config.bin %> chain 20251006 --underlying BANKNIFTY --at 11:30 --strikes 10 -o chain.parquet',
    },
    {
      description: 'All expiries, time counted in minutes of trading',
      command: '<%= config.bin %> chain 20251006 --underlying NIFTY --at 11:30 --expiry all --clock trading --format csv',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    underlying: Flags.string({
      char: 'u',
      summary: 'Whose options: NIFTY or NFO:NIFTY, as the master names it',
      required: true,
      helpValue: 'NAME',
    }),
    at: Flags.string({
      summary:
        'HH:MM[:SS] (IST) or a moment (ISO 8601 with zone); what was received before it counts. Default: the end of the session, or of the recording',
      helpValue: 'TIME',
    }),
    expiry: Flags.string({ summary: 'nearest, all, or a date', default: 'nearest', helpValue: 'DATE' }),
    rate: Flags.string({ summary: 'Continuously compounded interest a year, a fraction', default: '0.065', helpValue: 'R' }),
    clock: Flags.option({
      summary: 'Minutes that count towards expiry: all (525600 a year), or those of trading (94500)',
      options: ['calendar', 'trading'] as const,
      default: 'calendar',
    })(),
    strikes: Flags.integer({ summary: 'Strikes on each side of the money; default: all, in a table 12', min: 0, helpValue: 'N' }),
    'max-age': Flags.integer({ summary: 'Seconds after which a quote is stale', default: 60, min: 1, helpValue: 'S' }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    ...formatFlag,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Chain)
    this.requireFileForJson(flags.output, 'mds chain 20251006 --underlying NIFTY --json -o chain.parquet')
    const { runChain } = await import('../io/chain/run-chain.js')
    const { diagnostics, ...summary } = await this.withProgress('Chain', flags.quiet, (run) =>
      runChain(
        {
          ...this.sessionRequest(argv, flags),
          underlying: flags.underlying,
          at: flags.at,
          expiry: flags.expiry,
          rate: flags.rate,
          clock: flags.clock,
          max_age_s: flags['max-age'],
          strikes: flags.strikes,
          output: flags.output,
          format: flags.format,
          quiet: flags.quiet,
        },
        run,
      ),
    )
    this.report(diagnostics, flags)
    if (!flags.quiet && summary.output !== '-')
      this.notice(`${summary.rows} ${summary.rows === 1 ? 'row' : 'rows'} in ${summary.output}`)
    return { ...summary, diagnostics: diagnostics.map((log) => log.summary()) }
  }
}
