import type { Calendar, Instrument } from '../market/index.js'
import { constantMaturity } from '../options/index.js'
import type { Baseline, InstrumentBaseline, UnderlyingBaseline } from '../patterns/index.js'
import type { IstDay } from '../time/index.js'
import { ExpiryDay } from './expiry-days.js'
import { decodeFigures, decodeUnderlying } from './figures-line.js'
import { DAYS_BACK, instrumentBaseline } from './instrument-history.js'
import { hoursOf, tradingDaysBefore } from './trading-days.js'

/** Maturity of the volatilities that ranks are made of, in calendar days. */
export const IV_DAYS = 30
/** Daily figures of an underlying that ranks are made of. */
const DAILY_MAX = 252

/** The lines of a baseline file; those of one name in the order of days. */
export interface BaselineLines {
  /** Of those that are earlier than the day, hex. */
  readonly sha256: string
  /** By `NSE:RELIANCE`. */
  ofInstrument(name: string): readonly string[]
  ofUnderlying(name: string): readonly string[]
}

/** The session that looks back. */
export interface BaselineDay {
  readonly day: IstDay
  readonly calendar: Calendar
  /** Of the day's master: they tell which underlyings have an expiry that day. */
  readonly instruments: Iterable<Instrument>
}

/** What a baseline file says to a session: of earlier sessions only, whatever else is in the file. Lines are read when they are first asked for. */
export function baselineOf(lines: BaselineLines, { day, calendar, instruments }: BaselineDay): Baseline {
  const expiry_day = new ExpiryDay(instruments, day)
  const underlyings = new Map<string, UnderlyingBaseline | undefined>()
  const histories = new Map<Instrument, InstrumentBaseline | undefined>()

  function historyOf(instrument: Instrument): InstrumentBaseline | undefined {
    const sessions = lines
      .ofInstrument(`${instrument.exchange}:${instrument.symbol}`)
      .map(decodeFigures)
      .filter((session) => session.day < day && isSameContract(session, instrument))
    if (sessions.length === 0) return undefined
    return instrumentBaseline(sessions, {
      hours: hoursOf(calendar.sessionOf(instrument, day)),
      expiry_day: expiry_day.concerns(instrument),
      days_before: tradingDaysBefore(calendar, instrument, day, DAYS_BACK),
    })
  }

  return {
    sha256: lines.sha256,
    of: (instrument) => remembered(histories, instrument, historyOf),
    ofUnderlying: (name) => remembered(underlyings, name, (each) => dailyOf(lines.ofUnderlying(each), day)),
  }
}

/** Symbols are given anew to other contracts, years later. */
const isSameContract = (
  session: { readonly price_divisor: number; readonly expiry: IstDay | undefined },
  { price_divisor, expiry }: Instrument,
): boolean => session.price_divisor === price_divisor && session.expiry === expiry

function dailyOf(lines: readonly string[], day: IstDay): UnderlyingBaseline | undefined {
  const days = lines
    .map(decodeUnderlying)
    .filter((each) => each.day < day)
    .slice(-DAILY_MAX)
  if (days.length === 0) return undefined
  const closes = days.map(({ close }) => close).filter((close) => !Number.isNaN(close))
  const ivOf = (maturity_days: number): number[] => days.flatMap(({ terms }) => constantMaturity(terms, maturity_days) ?? [])
  return { closes, iv: ivOf(IV_DAYS), ivOf }
}

function remembered<K, V>(values: Map<K, V | undefined>, key: K, make: (key: K) => V | undefined): V | undefined {
  if (!values.has(key)) values.set(key, make(key))
  return values.get(key)
}
