import type { Gap, Interval } from '../../core/candles/index.js'
import type { Pipeline } from '../../core/engine/index.js'
import type { Calendar, Candle, Instrument } from '../../core/market/index.js'
import type { AuctionBar, GapSpan, OtherReading, OwnBar, OwnDay, OwnSeries } from '../../core/reconcile/index.js'
import { type IstDay, istDay, istDayStartMs } from '../../core/time/index.js'
import { decodePacket, type PacketBytes } from '../../core/wire/index.js'

/** Gathers our candles of a day by instrument, for comparison with bars of one interval. */
export class OwnSeriesBuilder {
  readonly #interval: Interval
  readonly #calendar: Calendar
  readonly #growing = new Map<string, Growing>()

  constructor(interval: Interval, calendar: Calendar) {
    this.#interval = interval
    this.#calendar = calendar
  }

  onCandle(candle: Candle): void {
    const series = this.#seriesOf(candle)
    const { interval, phase } = candle
    if (interval === '1m') {
      series.minute_volume = (series.minute_volume ?? 0) + candle.volume
      series.continuous = { open: series.continuous?.open ?? candle.open, close: candle.close }
    }
    if (phase === 'day') series.whole_day = dayOf(candle)
    else if (phase !== 'continuous') series.auctions.push({ ...figuresOf(candle), volume: candle.volume, phase })
    if (interval === this.#interval.label && phase !== 'day') series.bars.push(barOf(candle))
  }

  /** What only the end of the recording can tell, and the series. */
  finish(facts: RecordingFacts): OwnSeries[] {
    return [...this.#growing.values()]
      .sort((a, b) => compare(keyOf(a.instrument, a.day), keyOf(b.instrument, b.day)))
      .map(({ instrument, day, whole_day, bars, ...rest }): OwnSeries => {
        const { phases } = this.#calendar.sessionOf(instrument, day)
        const continuous = phases.filter(({ phase }) => phase === 'continuous')
        const is_day = this.#interval.label === '1d'
        return {
          instrument,
          day,
          ...rest,
          whole_day,
          bars: is_day ? (whole_day === undefined ? [] : [whole_day]) : bars.sort((a, b) => a.open_time_ms - b.open_time_ms),
          hours: {
            open_ms: (continuous[0]?.start_s ?? 0) * 1000,
            close_ms: (continuous.at(-1)?.end_s ?? 0) * 1000,
            end_ms: (phases.at(-1)?.end_s ?? 0) * 1000,
          },
          readings: [],
          ...facts.of(instrument, day),
        }
      })
  }

  #seriesOf({ instrument, open_time_ms }: Candle): Growing {
    const day = istDay(open_time_ms)
    const key = keyOf(instrument, day)
    const found = this.#growing.get(key)
    if (found !== undefined) return found
    const made: Growing = {
      instrument,
      day,
      bars: [],
      auctions: [],
      whole_day: undefined,
      minute_volume: undefined,
      continuous: undefined,
    }
    this.#growing.set(key, made)
    return made
  }
}

interface Growing {
  readonly instrument: Instrument
  readonly day: IstDay
  readonly bars: OwnBar[]
  readonly auctions: AuctionBar[]
  whole_day: OwnDay | undefined
  minute_volume: number | undefined
  continuous: OwnSeries['continuous']
}

/** What the recording tells of an instrument beside its candles. */
export interface RecordingFacts {
  of(instrument: Instrument, day: IstDay): Pick<OwnSeries, 'exchange' | 'gaps' | 'recorded'>
}

/** Of candle files, which tell nothing. */
export const NO_FACTS: RecordingFacts = { of: () => ({ exchange: undefined, gaps: [], recorded: undefined }) }

/** Total order of series: exchange, symbol, token, day. */
export const keyOf = ({ exchange, symbol, instrument_token }: Instrument, day: IstDay): string =>
  JSON.stringify([exchange, symbol, instrument_token, day])

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

/** Taken while the engine is still there. */
export function factsOf({ tracks, bars }: Pipeline): RecordingFacts {
  const recorded: GapSpan = { from_ms: bars.begin_ms, to_ms: bars.now_ms }
  const by_token = new Map(
    tracks.map(({ ledger }) => {
      const { instrument, connections, last_view: view, last_at, last_length } = ledger
      const token = instrument.instrument_token
      const packet = view === undefined ? undefined : decodePacket(view, last_at, last_length as PacketBytes)
      const told = packet?.kind === 'full' || packet?.kind === 'quote' ? packet : undefined
      const exchange = told === undefined || told.open === 0 ? undefined : { open: told.open, high: told.high, low: told.low }
      return [token, { exchange, day: ledger.session?.day, gaps: silencesOf(bars.gaps.all, connections, token) }] as const
    }),
  )
  return {
    of({ instrument_token }, day) {
      const facts = by_token.get(instrument_token)
      return { exchange: facts?.day === day ? facts.exchange : undefined, gaps: facts?.gaps ?? [], recorded }
    },
  }
}

/** When all connections that carry an instrument were silent at once, or it alone was. */
function silencesOf(gaps: readonly Gap[], connections: number, token: number): GapSpan[] {
  const own = gaps.filter(({ tokens }) => tokens?.includes(token) === true)
  let all: GapSpan[] | undefined
  for (let connection = 0; connection < 31; connection++) {
    if ((connections & (1 << connection)) === 0) continue
    const silent = gaps.filter((gap) => gap.tokens === undefined && Math.min(gap.connection, 30) === connection)
    all = all === undefined ? [...silent] : all.flatMap((span) => silent.flatMap((other) => common(span, other)))
  }
  return [...(all ?? []), ...own]
    .map(({ from_ms, to_ms }) => ({ from_ms, to_ms }))
    .sort((a, b) => a.from_ms - b.from_ms || a.to_ms - b.to_ms)
}

function common(a: GapSpan, b: GapSpan): GapSpan[] {
  const [from_ms, to_ms] = [Math.max(a.from_ms, b.from_ms), Math.min(a.to_ms, b.to_ms)]
  return from_ms < to_ms ? [{ from_ms, to_ms }] : []
}

const figuresOf = ({ open, high, low, close, volume, volume_na }: Candle) => ({
  open,
  high,
  low,
  close,
  volume: volume_na ? undefined : volume,
})

const barOf = (candle: Candle): OwnBar => ({
  ...figuresOf(candle),
  open_time_ms: candle.open_time_ms,
  close_time_ms: candle.close_time_ms,
  trade_ticks: candle.volume_na ? candle.tick_count : candle.trade_count,
  complete: candle.complete,
  gap_volume: candle.gap_volume,
})

/** A day begins at midnight, as days of others do. */
const dayOf = (candle: Candle): OwnDay => ({
  ...barOf(candle),
  open_time_ms: istDayStartMs(istDay(candle.open_time_ms)),
  missed_volume: candle.day?.missed_volume ?? 0,
  late_volume: candle.day?.late_volume ?? 0,
  gap_volume: candle.day?.gap_volume ?? 0,
  correction: candle.day?.correction ?? 0,
  official_close: candle.day?.close_official,
})

/** Another reading of the same recording, by series. */
export class ReadingBuilder {
  readonly by_series = new Map<
    string,
    Map<number, { open: number; high: number; low: number; close: number; volume: number | undefined }>
  >()
  readonly cause: OtherReading['cause']

  constructor(cause: OtherReading['cause']) {
    this.cause = cause
  }

  /** Told again, the later telling counts; two parts of one bar are joined. */
  onCandle(candle: Candle, open_time_ms: number, how: 'replace' | 'join'): void {
    const key = keyOf(candle.instrument, istDay(open_time_ms))
    const bars = this.by_series.get(key) ?? new Map()
    this.by_series.set(key, bars)
    const before = bars.get(open_time_ms)
    const figures = figuresOf(candle)
    bars.set(
      open_time_ms,
      before === undefined || how === 'replace'
        ? figures
        : {
            open: before.open,
            high: Math.max(before.high, figures.high),
            low: Math.min(before.low, figures.low),
            close: figures.close,
            volume: before.volume === undefined || figures.volume === undefined ? undefined : before.volume + figures.volume,
          },
    )
  }
}
