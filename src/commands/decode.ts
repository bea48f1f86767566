import { Flags } from '@oclif/core'
import { EXIT_CODES, formatFlag, MdsCommand, recordingFlags, sessionArgs, symbolFlag, windowFlags } from './base.js'

export default class Decode extends MdsCommand {
  static override summary = 'Turn recorded packets into rows'
  static override description =
    `Every packet as it was received, in the order of receipt, duplicates and cached snapshots included.
On a terminal rows come as a table, into a pipe or a file as NDJSON; --format or the file's ending decides otherwise.

${EXIT_CODES}`
  static override examples = [
    { description: 'Everything as NDJSON, depth included', command: '<%= config.bin %> decode 20251005 > ticks.ndjson' },
    {
      description: 'One symbol, a quarter of an hour, four fields',
      command:
        '<%= config.bin %> decode 20251005 --symbol RELIANCE --from 09:15 --to 09:30 --fields received_at,last_price,volume_traded,oi --format csv',
    },
    { description: 'The first packets of a file', command: '<%= config.bin %> decode recording.bin --limit 5' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...symbolFlag,
    token: Flags.integer({
      summary: 'Only these instrument tokens; may be repeated',
      multiple: true,
      multipleNonGreedy: true,
      min: 0,
      helpValue: 'N',
    }),
    exchange: Flags.string({
      summary: 'Only these exchanges (NSE, NFO, ...); may be repeated',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    ...windowFlags,
    fields: Flags.string({
      summary: 'Only these fields, separated by commas; ohlc and depth name groups',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAMES',
    }),
    limit: Flags.integer({ summary: 'Stop after this many rows', min: 0, helpValue: 'N' }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    ...formatFlag,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Decode)
    this.requireFileForJson(flags.output, 'mds decode 20251005 --json -o ticks.ndjson')
    const { runDecode } = await import('../io/run-decode.js')
    const { diagnostics, ...summary } = await this.withProgress('Decode', flags.quiet, (run) =>
      runDecode(
        {
          ...this.sessionRequest(argv, flags),
          wishes: { symbols: flags.symbol ?? [], tokens: flags.token ?? [], exchanges: flags.exchange ?? [] },
          from: flags.from,
          to: flags.to,
          fields: (flags.fields ?? [])
            .flatMap((names) => names.split(','))
            .map((name) => name.trim())
            .filter((name) => name !== ''),
          limit: flags.limit ?? Number.POSITIVE_INFINITY,
          output: flags.output,
          format: flags.format,
        },
        run,
      ),
    )
    this.report([diagnostics], flags)
    if (summary.ticks === 0 && flags.limit !== 0)
      this.notice(`No rows: none of ${summary.packets} packets passes the filters. See mds info.`)
    else if (!flags.quiet && summary.output !== '-')
      this.notice(`${summary.ticks} ${summary.ticks === 1 ? 'row' : 'rows'} in ${summary.output}`)
    return { ...summary, diagnostics: diagnostics.summary() }
  }
}
