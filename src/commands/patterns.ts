import { Flags } from '@oclif/core'
import { EXIT } from '../core/errors.js'
import { counted } from '../core/view/index.js'
import type { SignalWords } from '../io/signals/signal-config.js'
import {
  formatFlag,
  GOLDEN_EXIT_CODES,
  goldenFlags,
  MdsCommand,
  recordingFlags,
  sessionArgs,
  signalFlags,
  symbolFlag,
} from './base.js'

export default class Patterns extends MdsCommand {
  static override summary = 'Find patterns in recordings and raise alerts'
  static override description =
    `Runs every detector over closed bars in virtual time; an alert knows nothing of what comes after it.
Writes the alerts that pass the gates (confidence, conflicts, cooldown, rate), one record each: docs/alerts.md has the fields,
docs/patterns.md the detectors. Into a pipe or a file they come as NDJSON, on a terminal as a table.

${GOLDEN_EXIT_CODES}`
  static override examples = [
    { description: 'Alerts of a day', command: '<%= config.bin %> patterns 20251005' },
    {
      description: 'Two detectors, one with another threshold',
      command: '<%= config.bin %> patterns 20251005 --only volume_spike,breakout --param volume_spike.rv_min=3',
    },
    {
      description: 'Everything, also what was held back and why',
      command: '<%= config.bin %> patterns 20251005 --all -o alerts.parquet',
    },
    { description: 'A detector of your own', command: '<%= config.bin %> patterns 20251005 --plugin ./mine.ts --only mine' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...signalFlags,
    all: Flags.boolean({ summary: 'Also what was held back, with the reason, and what became of each alert' }),
    list: Flags.boolean({ summary: 'List the detectors and their numbers, and end', exclusive: ['print-config'] }),
    'print-config': Flags.boolean({ summary: 'Print the configuration that would be in effect, and end' }),
    output: Flags.string({ char: 'o', summary: 'File to write; default: standard output', helpValue: 'FILE' }),
    ...formatFlag,
    ...symbolFlag,
    ...goldenFlags,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Patterns)
    const words = { ...this.signalWords(flags), version: this.config.version }
    if (flags.list || flags['print-config']) return this.#tell(words, flags.list)
    if (!this.printsNothing(flags)) this.requireFileForJson(flags.output, 'mds patterns 20251005 --json -o alerts.ndjson')
    const { runPatterns } = await import('../io/signals/run-patterns.js')
    const { goldenResult } = await import('../io/compare/golden.js')
    const { faultLine } = await import('../io/signals/fault-line.js')
    const summary = await this.withProgress('Patterns', flags.quiet, (run) =>
      runPatterns(
        {
          ...this.sessionRequest(argv, flags),
          ...words,
          wishes: { symbols: flags.symbol ?? [], tokens: [], exchanges: [] },
          all: flags.all,
          output: flags.output,
          format: flags.format,
          golden: this.goldenWords(flags),
        },
        run,
      ),
    )
    this.report(
      summary.runs.map(({ diagnostics }) => diagnostics),
      flags,
    )
    for (const fault of summary.faults) this.notice(faultLine(fault))
    if (flags.strict && summary.faults.length > 0) process.exitCode = EXIT.unreadable
    if (!flags.quiet) this.notice(closingLine(summary))
    this.reportGolden(summary.golden, flags)
    const { runs, golden, ...rest } = summary
    return {
      ...rest,
      ...(golden === undefined ? {} : { golden: goldenResult(golden) }),
      sessions: runs.map(({ counts, files, masters, diagnostics }) => ({
        files,
        masters,
        messages: counts,
        diagnostics: diagnostics.summary(),
      })),
    }
  }

  async #tell(words: SignalWords, list: boolean): Promise<unknown> {
    const { configText, detectorTable } = await import('../io/signals/tell-config.js')
    const text = list ? await detectorTable(words) : await configText(words)
    if (!this.jsonEnabled()) process.stdout.write(text)
    return list ? undefined : JSON.parse(text)
  }
}

/** `37 alerts; held back: 210 low_confidence, 12 cooldown` */
function closingLine({ alerts, suppressed }: { alerts: number; suppressed: Readonly<Record<string, number>> }): string {
  const reasons = Object.entries(suppressed).map(([reason, count]) => `${count} ${reason}`)
  return `${counted(alerts, 'alert')}${reasons.length === 0 ? '' : `; held back: ${reasons.join(', ')}`}`
}
