import { join } from 'node:path'
import { Flags } from '@oclif/core'
import { EXIT_CODES, MdsCommand, recordingFlags } from './base.js'

export default class Synth extends MdsCommand {
  static override summary = 'Make a synthetic market day: a seeded recording to try things on'
  static override description =
    `Invented prices, the real shape: subscription, pre-open auction, continuous session, closing prices, heartbeats.
The same seed and flags give the same bytes on any machine. A day is some 40 MB; --packets 9600000 makes it as busy as the real feed.

${EXIT_CODES}`
  static override examples = [
    '<%= config.bin %> synth --date 20251006',
    '<%= config.bin %> synth --date 20251006 --instruments 40 --faults all --truth',
    '<%= config.bin %> synth --date 20251006 --plant volume_spike,reversal --plant-strength 0.5',
  ]
  static override flags = {
    date: Flags.string({ summary: 'Day to make, trading day or not: YYYYMMDD or YYYY-MM-DD', required: true, helpValue: 'DATE' }),
    instruments: Flags.integer({
      summary: 'Instruments: indices, stocks, futures, options, currency, commodities; 1 to 9000',
      default: 320,
      helpValue: 'N',
    }),
    seed: Flags.integer({ summary: 'Another seed, another market', default: 1, min: 0, helpValue: 'N' }),
    profile: Flags.string({ summary: 'Name of the recording', default: 'synth', helpValue: 'NAME' }),
    'data-dir': recordingFlags['data-dir'],
    calendar: recordingFlags.calendar,
    rate: Flags.string({
      summary: 'Mean packets a second over 09:15-15:30; default: 10 for 320 instruments',
      helpValue: 'N',
      exclusive: ['packets'],
    }),
    packets: Flags.integer({ summary: 'Packets over 09:15-15:30, roughly; instead of --rate', min: 1, helpValue: 'N' }),
    mode: Flags.option({
      summary: 'mixed: some instruments stay in quote and ltp mode',
      options: ['full', 'mixed'] as const,
      default: 'full',
    })(),
    start: Flags.string({ summary: 'Begin of the recording, IST', default: '08:59:30', helpValue: 'HH:MM' }),
    until: Flags.string({ summary: 'End of the recording, IST', default: '15:40', helpValue: 'HH:MM' }),
    'single-file': Flags.boolean({ summary: 'One file instead of one an hour' }),
    faults: Flags.string({
      summary: 'Plant faults: all, or gaps, duplicates, late, corrections, resets, damage, wrap; separated by commas',
      helpValue: 'KINDS',
    }),
    plant: Flags.string({
      summary: 'Plant patterns at known times: all, or ids separated by commas; what was planted goes to a file',
      helpValue: 'IDS',
    }),
    'plant-strength': Flags.string({
      summary: 'How plain they are: just above 0 the bare trigger, 1 the textbook; default 1',
      helpValue: 'S',
      dependsOn: ['plant'],
    }),
    truth: Flags.boolean({ summary: 'Also write what was planted and the 1-minute candles that must come out' }),
    force: Flags.boolean({ summary: 'Replace a recording of that profile and day' }),
    quiet: recordingFlags.quiet,
  }

  async run(): Promise<unknown> {
    const { flags } = await this.parse(Synth)
    const { readSynthRequest } = await import('../io/synth-request.js')
    const { plantNotices } = await import('../io/synth-plant-notices.js')
    const { synthesizeRecording } = await import('../io/synth-recording.js')
    const request = await readSynthRequest(flags)
    const progress = this.progress('Synth', flags.quiet)
    const summary = await synthesizeRecording(request, {
      onProgress: (done_s, total_s) => progress.updateShare(done_s / total_s),
      signal: this.interrupt.signal,
    }).finally(() => progress.clear())
    if (!flags.quiet) this.notice(`${summary.packets} packets of ${summary.instruments} instruments in ${summary.folder}`)
    if (!flags.quiet && summary.plants !== undefined)
      this.notice(`${summary.planted} patterns planted: ${join(summary.folder, summary.plants)}`)
    for (const notice of plantNotices(summary)) this.notice(notice)
    return summary
  }
}
