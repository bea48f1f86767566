import { Args, Flags } from '@oclif/core'
import { MdsCommand, recordingFlags } from './base.js'

export default class Candles extends MdsCommand {
  static override summary = 'Build candles from recordings'
  static override strict = false
  static override args = { session: Args.string({ description: 'Day, file, folder or pattern; none: the newest day there is' }) }
  static override flags = {
    tf: Flags.string({
      summary: 'Bar lengths: any Nm, 1h, 1d; separated by commas',
      default: ['1m'],
      multiple: true,
      helpValue: '1m,5m',
    }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    format: Flags.string({ summary: 'parquet, csv, ndjson, arrow or table', helpValue: 'NAME' }),
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Candles)
    const { buildCandles } = await import('../io/build-candles.js')
    const { openCandleOutput } = await import('../io/candle-output.js')
    const { chooseFormat } = await import('../io/formats.js')
    const output = await openCandleOutput(
      flags.output,
      chooseFormat({ format: flags.format, output: flags.output, isTTY: process.stdout.isTTY === true, fallback: 'parquet' }),
    )
    const progress = this.progress('Candles', flags.quiet)
    const summary = await buildCandles(
      {
        recordings: { sessions: argv as string[], data_dir: flags['data-dir'], profiles: flags.profile ?? [] },
        instruments: flags.instruments ?? [],
        calendar: flags.calendar,
        tf: flags.tf,
        clock: 'trade',
        auction: 'separate',
        fill: 'skip',
        late: 'drop',
        gap_volume: 'quarantine',
      },
      {
        onCandle: (candle) => output.write(candle),
        onNotice: (text) => this.notice(text),
        onProgress: (done, total) => progress.update(done, total),
        signal: this.interrupt.signal,
      },
    )
    output.finish()
    for (const line of summary.diagnostics.lines()) this.notice(line)
    return summary
  }
}
