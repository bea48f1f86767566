import { Flags } from '@oclif/core'
import { EXIT_CODES, MdsCommand, recordingFlags, sessionArgs, signalFlags } from './base.js'

export default class Why extends MdsCommand {
  static override summary = 'Tell why there was an alert at a moment, or why there was none'
  static override description =
    `Runs the recording up to --at exactly as mds patterns would, and prints what each detector was shown, which conditions it asked with
their numbers and thresholds, what held it back, and how its confidence came about. Those that kept silent are heard to the end: which
condition was the first that was not met, and which would have been missing behind it. docs/why.md has an example.

${EXIT_CODES}`
  static override examples = [
    {
      description: 'All detectors, those that spoke first',
      command: '<%= config.bin %> why 20251006 --symbol RELIANCE --at 10:33',
    },
    {
      description: 'One of them, with another threshold',
      command: '<%= config.bin %> why 20251006 --symbol RELIANCE --at 10:33 --pattern volume_spike --param volume_spike.rv_min=3',
    },
    {
      description: 'A strategy that is asked each second, for a program',
      command: "<%= config.bin %> why 20251006 --symbol 'NIFTY 50' --at 10:33:15 --pattern kow_signal_straddle --json",
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    symbol: Flags.string({
      summary: 'Which instrument: RELIANCE, NSE:RELIANCE or token:N',
      required: true,
      helpValue: 'NAME',
    }),
    at: Flags.string({
      summary: 'HH:MM[:SS] (IST) or a moment (ISO 8601 with zone): the newest bar that had ended by then is explained',
      required: true,
      helpValue: 'TIME',
    }),
    pattern: Flags.string({
      summary: 'Only these detectors of the run, each step by step: ids or categories, separated by commas',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME,NAME',
    }),
    ...signalFlags,
    ...recordingFlags,
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Why)
    const { runWhy } = await import('../io/why/run-why.js')
    const { whyRecord } = await import('../core/why/index.js')
    const { explanation, run } = await this.withProgress('Why', flags.quiet, (listener) =>
      runWhy(
        {
          ...this.sessionRequest(argv, flags),
          ...this.signalWords(flags),
          version: this.config.version,
          symbol: flags.symbol,
          at: flags.at,
          asked: flags.pattern ?? [],
        },
        listener,
      ),
    )
    this.report([run.diagnostics], flags)
    if (!this.jsonEnabled()) {
      const { tellWhy } = await import('../io/why/tell-why.js')
      tellWhy(explanation, flags.pattern !== undefined)
    }
    return whyRecord(explanation)
  }
}
