import type { Calendar, Instrument, Session, SessionPhase } from '../market/index.js'
import { type IstDay, istDay, type TimestampMs } from '../time/index.js'

/** Half-open `[start_ms, end_ms)`. */
export interface ActiveSpan {
  readonly start_ms: TimestampMs
  readonly end_ms: TimestampMs
}

/** When the instruments of a profile trade, taken together: what is open for one of them is open. */
export class TradingHours {
  readonly #calendar: Calendar
  readonly #instruments: readonly Instrument[]
  /** Of the day asked about last: a watchdog asks about the same one all day. */
  #day: IstDay | undefined
  #sessions: readonly Session[] = []
  #session_of: ReadonlyMap<number, Session> = new Map()

  constructor(calendar: Calendar, instruments: readonly Instrument[]) {
    this.#calendar = calendar
    this.#instruments = instruments
  }

  /** False on weekends, holidays, and days of which the calendar says that they are closed. */
  isOpen(day: IstDay): boolean {
    return this.#open(day).length > 0
  }

  /** Whether ticks must come: continuous trading is on for one of them. Auctions may be silent for minutes. */
  isTrading(now_ms: TimestampMs): boolean {
    return this.#open(istDay(now_ms)).some((session) => isContinuous(session, now_ms))
  }

  /** The same for some of them; tokens of no instrument of the profile count as long as any of the profile trades. */
  isTradingAny(tokens: Iterable<number>, now_ms: TimestampMs): boolean {
    if (!this.isTrading(now_ms)) return false
    for (const token of tokens) {
      const session = this.#session_of.get(token)
      if (session === undefined || (!session.closed && isContinuous(session, now_ms))) return true
    }
    return false
  }

  /** From the first trade to the last that can happen, the closing auction included; undefined on a closed day. */
  span(day: IstDay): ActiveSpan | undefined {
    const phases = this.#open(day).flatMap(({ phases: of_session }) => of_session.filter(isTraded))
    if (phases.length === 0) return undefined
    return {
      start_ms: Math.min(...phases.map(({ start_s }) => start_s)) * 1000,
      end_ms: Math.max(...phases.map(({ end_s }) => end_s)) * 1000,
    }
  }

  /** Whether every row behind the day's hours was checked against the exchange's circular. */
  isVerified(day: IstDay): boolean {
    return this.#sessionsOf(day).every(({ verified }) => verified)
  }

  #open(day: IstDay): Session[] {
    return this.#sessionsOf(day).filter(({ closed }) => !closed)
  }

  /** Thousands of instruments share a handful of sessions. */
  #sessionsOf(day: IstDay): readonly Session[] {
    if (day !== this.#day) {
      this.#session_of = new Map(
        this.#instruments.map((instrument) => [instrument.instrument_token, this.#calendar.sessionOf(instrument, day)]),
      )
      this.#sessions = [...new Set(this.#session_of.values())]
      this.#day = day
    }
    return this.#sessions
  }
}

function isContinuous({ phases }: Session, now_ms: TimestampMs): boolean {
  const now_s = now_ms / 1000
  return phases.some(({ phase, start_s, end_s }) => phase === 'continuous' && start_s <= now_s && now_s < end_s)
}

const isTraded = ({ phase }: SessionPhase): boolean => phase === 'continuous' || phase === 'closing_auction'
