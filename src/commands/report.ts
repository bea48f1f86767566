import { Flags } from '@oclif/core'
import { EXIT, usageError } from '../core/errors.js'
import { counted, formatBytes } from '../core/view/index.js'
import { EXIT_CODES, MdsCommand, recordingFlags, sessionArgs, signalFlags, symbolFlag } from './base.js'

export default class Report extends MdsCommand {
  static override summary = 'Make a page of a day: charts, alerts, the table of symbols, data quality'
  static override description =
    `One HTML file that needs nothing else: no network, no other file. The same recording and configuration give the same bytes.
Candles with volume, VWAP and volume profile, alerts with their evidence, every symbol of the day, the feed, and what is wrong or
missing in the data. docs/report.md shows how to use it.

${EXIT_CODES}`
  static override examples = [
    { description: 'The page of a day', command: '<%= config.bin %> report 20251006 -o day.html' },
    {
      description: 'Two symbols, bars of five minutes, a lower gate',
      command: '<%= config.bin %> report 20251006 --symbol RELIANCE --symbol INFY --tf 5m --min-confidence 0.8 -o two.html',
    },
    { description: 'Without detectors', command: '<%= config.bin %> report 20251006 --no-alerts -o day.html' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    output: Flags.string({
      char: 'o',
      summary: 'File to write; default: standard output, unless that is a terminal',
      helpValue: 'FILE',
    }),
    tf: Flags.string({ summary: 'Length of the bars that are drawn: any Nm, or 1h', default: '1m', helpValue: '1m' }),
    'no-alerts': Flags.boolean({ summary: 'Run no detectors', exclusive: Object.keys(signalFlags) }),
    ...signalFlags,
    ...symbolFlag,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Report)
    this.requireFileForJson(flags.output, 'mds report 20251006 --json -o day.html')
    if (flags.output === undefined && process.stdout.isTTY === true)
      throw usageError(
        'no_output',
        'A page is nothing for a terminal: expected --output FILE.',
        'mds report 20251006 -o day.html',
      )
    const { runReport } = await import('../io/report/run-report.js')
    const { faultLine } = await import('../io/signals/fault-line.js')
    const { run: session, ...summary } = await this.withProgress('Report', flags.quiet, (run) =>
      runReport(
        {
          ...this.sessionRequest(argv, flags),
          ...this.signalWords(flags),
          version: this.config.version,
          symbols: flags.symbol ?? [],
          tf: flags.tf,
          alerts: !flags['no-alerts'],
          output: flags.output,
        },
        run,
      ),
    )
    this.report([session.diagnostics], flags)
    for (const fault of summary.faults) this.notice(faultLine(fault))
    if (flags.strict && summary.faults.length > 0) process.exitCode = EXIT.unreadable
    if (!flags.quiet && summary.output !== '-')
      this.notice(
        `${counted(summary.instruments, 'instrument')}, ${counted(summary.alerts, 'alert')}: ${formatBytes(summary.bytes)} in ${summary.output}`,
      )
    const { files, masters, counts, diagnostics } = session
    return { ...summary, files, masters, messages: counts, diagnostics: diagnostics.summary() }
  }
}
