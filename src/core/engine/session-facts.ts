import type { Gap } from '../candles/index.js'
import { formatDate, formatIso, istDay } from '../time/index.js'
import type { VolumeEvent } from '../volume/index.js'
import type { Pipeline } from './pipeline.js'

/** Events listed one by one; the rest is counted. */
const LISTED_MAX = 200

/** A finding of the volume ledger, as `mds info` shows it. Volumes in feed units; of a `gap`, `from` is the epoch second it began and `to` what traded meanwhile. */
export interface EventFact {
  readonly kind: VolumeEvent['kind']
  readonly symbol: string
  readonly at: string
  readonly from: number
  readonly to: number
}

/** What is in the recordings of one day: the answer of `mds info`. */
export interface SessionFacts {
  readonly date: string
  readonly span: { first: string; last: string; seconds: number }
  readonly messages: Pipeline['counts']
  /** Packets by what they carry; the length in bytes is in the name. */
  readonly packets: Record<string, number>
  readonly instruments: {
    total: number
    unknown: number
    by_exchange: Record<string, number>
    by_asset_class: Record<string, number>
  }
  readonly gaps: readonly { from: string; to: string; seconds: number; connection: number }[]
  readonly volume: Pipeline['ledger']['counts'] & {
    late_trades: number
    late_volume: number
    off_session_volume: number
    missed: number
  }
  /** The first ones. */
  readonly volume_events: readonly EventFact[]
  /** How many there were. */
  readonly volume_events_total: number
}

const KIND_NAMES: Readonly<Record<number, string>> = {
  8: 'ltp_8',
  28: 'index_quote_28',
  32: 'index_full_32',
  44: 'quote_44',
  164: 'full_v1_164',
  184: 'full_184',
}

/** Gathers facts while a pipeline runs. Joining events are counted only: there is one for each instrument. */
export class FactsCollector {
  readonly #events: VolumeEvent[] = []
  #events_total = 0

  onVolumeEvent(event: VolumeEvent): void {
    if (event.kind === 'joined_mid_session') return
    this.#events_total++
    if (this.#events.length < LISTED_MAX) this.#events.push(event)
  }

  facts(pipeline: Pipeline): SessionFacts {
    const { bars, ledger, tracks, counts } = pipeline
    const instruments = tracks.map((track) => track.ledger.instrument)
    const by_length = [...pipeline.packets_by_length].sort(([a], [b]) => a - b)
    return {
      date: formatDate(istDay(bars.begin_ms)),
      span: {
        first: formatIso(bars.begin_ms),
        last: formatIso(bars.now_ms),
        seconds: Math.round((bars.now_ms - bars.begin_ms) / 1000),
      },
      messages: counts,
      packets: Object.fromEntries(by_length.map(([length, count]) => [KIND_NAMES[length] ?? `length_${length}`, count])),
      instruments: {
        total: instruments.length,
        unknown: counts.unknown_instruments,
        by_exchange: tally(instruments.map(({ exchange }) => exchange)),
        by_asset_class: tally(instruments.map(({ asset_class }) => asset_class)),
      },
      gaps: bars.gaps.all.map(gapFact),
      volume: { ...ledger.counts, ...bars.counts, missed: tracks.reduce((sum, track) => sum + track.ledger.missed, 0) },
      volume_events: this.#events.map(({ kind, instrument, at_s, from, to }) => ({
        kind,
        symbol: instrument.symbol,
        at: formatIso(at_s * 1000),
        from,
        to,
      })),
      volume_events_total: this.#events_total,
    }
  }
}

const gapFact = ({ connection, from_ms, to_ms }: Gap) => ({
  from: formatIso(from_ms),
  to: formatIso(to_ms),
  seconds: (to_ms - from_ms) / 1000,
  connection,
})

/** Counts by name, names in the order of code points. */
function tally(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>()
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1)
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)))
}
