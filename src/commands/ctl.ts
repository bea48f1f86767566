import { Args, Flags } from '@oclif/core'
import { CTL_VERBS } from '../io/ctl-verbs.js'
import { EXIT_CODES, MdsCommand } from './base.js'

export default class Ctl extends MdsCommand {
  static override summary = 'Look at a running capture or replay server, and steer it'
  static override description = `status                     what runs, and how it goes
subscribe, unsubscribe     instruments of a capture, by --tokens or --symbol
mode ltp|quote|full        of instruments that are subscribed
pause, resume, step        the clock of a replay server
seek 10:30, +30s, -5m      to a time of the day or a moment; ahead; back
speed 10x                  of a replay server, or max
stop                       flush, sync, and end

Only the user who started a run may steer it: its address and its secret lie in a file that nobody else can read.

${EXIT_CODES}`
  static override examples = [
    { description: 'How is the capture?', command: '<%= config.bin %> ctl status' },
    {
      description: 'Two more instruments in full mode',
      command: '<%= config.bin %> ctl subscribe --tokens 408065,884737 --mode full',
    },
    { description: 'The replay ten times as fast', command: '<%= config.bin %> ctl speed 10x' },
  ]
  static override args = {
    verb: Args.string({ description: 'What to do', required: true, options: [...CTL_VERBS] }),
    value: Args.string({ description: 'The mode, the time or the speed' }),
  }
  static override flags = {
    to: Flags.string({ summary: 'Which one, when several run: its name, process id or URL', helpValue: 'NAME' }),
    tokens: Flags.string({ summary: 'Instrument tokens, separated by commas', helpValue: '408065,884737' }),
    symbol: Flags.string({
      summary: 'RELIANCE or NSE:RELIANCE; may be repeated',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    mode: Flags.option({
      summary: 'Mode of what is subscribed; default: that of the capture',
      options: ['ltp', 'quote', 'full'] as const,
    })(),
    watch: Flags.boolean({ summary: 'status: the live view, on a terminal; q leaves it, the capture goes on' }),
  }

  async run(): Promise<unknown> {
    const { args, flags } = await this.parse(Ctl)
    const words = { ...flags, verb: args.verb, value: args.value, symbols: flags.symbol ?? [] }
    if (flags.watch) {
      const { watchCapture } = await import('../io/capture/watch-capture.js')
      await watchCapture(words, this.interrupt)
      return undefined
    }
    const { runCtl } = await import('../io/run-ctl.js')
    const { lines, json } = await runCtl(words, this.interrupt.signal)
    if (!this.jsonEnabled()) for (const line of lines) this.log(line)
    return json
  }
}
