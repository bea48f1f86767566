import { type Alert, isForAction, type SuppressReason } from '../alerts/index.js'
import type { Pipeline } from '../engine/index.js'
import { FactsCollector } from '../engine/index.js'
import type { Candle, Instrument } from '../market/index.js'
import type { Detection } from '../patterns/index.js'
import type { VolumeEvent } from '../volume/index.js'
import { alertReport, endOf } from './alert-report.js'
import type { AlertEnd, AlertReport, DayReport, InstrumentReport, SignalsReport } from './day-report.js'
import { FeedRate } from './feed-rate.js'
import { InstrumentDay } from './instrument-day.js'
import { uniqueNames } from './instrument-names.js'
import { silencesOf } from './silence.js'

/** What the run itself finds out: the rest is of the surroundings (files, configuration). */
export type CollectedDay = Pick<DayReport, 'facts' | 'instruments' | 'feed'> &
  Pick<SignalsReport, 'suppressed' | 'suppressed_by_pattern'>

/** Gathers what the page of a day shows while the engine runs. Memory: the bars of the charts, and what was emitted. */
export class DayCollector {
  readonly #interval: string
  readonly #isWanted: (instrument: Instrument) => boolean
  readonly #days = new Map<number, InstrumentDay>()
  readonly #alerts = new Map<number, AlertReport[]>()
  readonly #ends = new Map<string, AlertEnd>()
  readonly #suppressed = new Map<string, number>()
  readonly #suppressed_by_pattern = new Map<string, number>()
  readonly #facts = new FactsCollector()
  readonly #feed = new FeedRate()

  /** `interval`: label of the bars to draw. Facts and feed are of all instruments, whoever is wanted. */
  constructor(interval: string, isWanted: (instrument: Instrument) => boolean) {
    this.#interval = interval
    this.#isWanted = isWanted
  }

  onMessage(received_ms: number): void {
    this.#feed.onMessage(received_ms)
  }

  onVolumeEvent(event: VolumeEvent): void {
    this.#facts.onVolumeEvent(event)
  }

  onCandle(candle: Candle): void {
    const { instrument } = candle
    if (!this.#isWanted(instrument)) return
    let day = this.#days.get(instrument.instrument_token)
    if (day === undefined) {
      day = new InstrumentDay(instrument, this.#interval)
      this.#days.set(instrument.instrument_token, day)
    }
    day.onCandle(candle)
  }

  onAlert(alert: Alert): void {
    const { instrument } = alert.detection
    if (!this.#isWanted(instrument)) return
    const end = endOf(alert)
    if (end !== undefined) this.#ends.set(alert.alert_id, end)
    if (alert.suppress_reason !== undefined) this.onSuppressed(alert.detection, alert.suppress_reason)
    if (!isShown(alert)) return
    const told = this.#alerts.get(instrument.instrument_token)
    if (told === undefined) this.#alerts.set(instrument.instrument_token, [alertReport(alert)])
    else told.push(alertReport(alert))
  }

  onSuppressed({ instrument, pattern }: Detection, reason: SuppressReason): void {
    if (!this.#isWanted(instrument)) return
    count(this.#suppressed, reason)
    count(this.#suppressed_by_pattern, pattern.id)
  }

  /** Call when the run has ended. */
  collected(pipeline: Pipeline): CollectedDay {
    const gaps = pipeline.bars.gaps.all
    const tracks = pipeline.tracks.filter((track) => this.#isWanted(track.ledger.instrument))
    const names = uniqueNames(tracks.map((track) => track.ledger.instrument))
    const instruments = tracks.map((track): InstrumentReport => {
      const { instrument } = track.ledger
      const day = this.#days.get(instrument.instrument_token)
      return {
        instrument,
        name: names.get(instrument) as string,
        bars: day?.bars() ?? [],
        profile: day?.profile(),
        day: day?.day,
        previous_close: day?.previous_close ?? 0,
        silences: silencesOf(track, gaps),
        hours: (track.session?.phases ?? [])
          .filter(({ phase }) => phase === 'continuous')
          .map(({ start_s, end_s }) => ({ from_s: start_s, to_s: end_s })),
        alerts: this.#alertsOf(instrument),
      }
    })
    return {
      facts: this.#facts.facts(pipeline),
      instruments: instruments.sort(byTurnover),
      feed: this.#feed.seconds(),
      suppressed: byName(this.#suppressed),
      suppressed_by_pattern: byName(this.#suppressed_by_pattern),
    }
  }

  #alertsOf({ instrument_token }: Instrument): AlertReport[] {
    const alerts = this.#alerts.get(instrument_token) ?? []
    return alerts.map((alert) => (alert.state === 'emitted' ? { ...alert, end: this.#ends.get(alert.id) } : alert))
  }
}

const isShown = (alert: Alert): alert is Alert & { state: AlertReport['state'] } => isForAction(alert)

/** Rupees that changed hands, the most first; then by name. Indices, which nobody trades, come last. */
function byTurnover(a: InstrumentReport, b: InstrumentReport): number {
  return rupeesOf(b) - rupeesOf(a) || (a.name < b.name ? -1 : 1)
}

/** Turnover of the day in rupees, as price x quantity of the feed (lots count as one on MCX). */
export const rupeesOf = ({ day, instrument }: Pick<InstrumentReport, 'day' | 'instrument'>): number =>
  (day?.turnover ?? 0) / instrument.price_divisor

const byName = (counts: ReadonlyMap<string, number>): [string, number][] => [...counts].sort(([a], [b]) => (a < b ? -1 : 1))

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1)
}
