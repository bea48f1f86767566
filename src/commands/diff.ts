import { Args, Flags } from '@oclif/core'
import { EXIT } from '../core/errors.js'
import { escaped } from '../core/escaped.js'
import { fileFlags, MdsCommand, recordingFlags } from './base.js'

export default class Diff extends MdsCommand {
  static override summary = 'Compare two recordings, or two files of candles, indicators or alerts'
  static override description =
    `What the two are is told by their content. Rows are compared by what they are about (symbol and time, or the alert), whatever the format,
the order of the rows and of the columns; recordings record by record. docs/ci.md explains what counts as a difference.

Exit codes: 0 the same, 1 a bug in mds, 2 usage, 3 a file cannot be read, 4 not the same, 130 interrupted.`
  static override examples = [
    { description: 'Candles of two versions, in whatever format', command: '<%= config.bin %> diff before.parquet after.csv' },
    { description: 'Two captures of a day, for a program', command: '<%= config.bin %> diff a.bin b.bin --limit 100 --json' },
    {
      description: 'A repaired day against the original',
      command: '<%= config.bin %> diff 20251005 raw_ticks/sso_xvenue/repaired',
    },
  ]
  static override args = {
    expected: Args.string({
      required: true,
      description: 'File, folder or day (20251005), or - for a recording from standard input',
    }),
    found: Args.string({ required: true, description: 'What it is compared with' }),
  }
  static override flags = {
    limit: Flags.integer({ summary: 'Differences shown, the earliest first', default: 10, min: 0, helpValue: 'N' }),
    tolerance: Flags.string({
      summary: 'How far numbers of a field may be apart; may be repeated',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'FIELD=N',
    }),
    instruments: recordingFlags.instruments,
    ...fileFlags,
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Diff)
    const { runDiff } = await import('../io/compare/run-diff.js')
    const { diffLines } = await import('../io/compare/diff-lines.js')
    const words = {
      ...args,
      data_dir: flags['data-dir'],
      profiles: flags.profile ?? [],
      instruments: flags.instruments ?? [],
      tolerances: flags.tolerance ?? [],
      limit: flags.limit,
    }
    const answer = await this.withProgress('Diff', flags.quiet, (run) => runDiff(words, run))
    if (answer.kind === 'recordings')
      this.report([answer.diagnostics.expected, answer.diagnostics.found], { quiet: flags.quiet, strict: false })
    if (!this.jsonEnabled()) for (const line of diffLines(answer, words)) this.log(escaped(line))
    const is_same = answer.kind === 'recordings' ? answer.records.equal : answer.rows.equal
    process.exitCode = is_same ? EXIT.ok : EXIT.validation_failed
    if (answer.kind !== 'recordings') return answer
    const { kind, records, diagnostics } = answer
    return { kind, records, diagnostics: { expected: diagnostics.expected.summary(), found: diagnostics.found.summary() } }
  }
}
