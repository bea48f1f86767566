import type { Calendar, Instrument } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import { formatClock } from '../time/index.js'
import type { LineFault } from './line-fault.js'
import type { LoggedAlert } from './logged-alert.js'

/** An alert of a log with its instrument; undefined where no master of the day has its symbol. */
export interface PlacedAlert extends LoggedAlert {
  readonly instrument: Instrument | undefined
}

/** The names of a day, and what its recording carries. */
export interface NamesOfDay {
  /** Instruments called so, with or without the exchange in front. */
  find(text: string): readonly Instrument[]
  similarSymbols(text: string, count?: number): readonly string[]
  byToken(token: number): Instrument | undefined
  isCarried(instrument: Instrument): boolean
}

/** Alerts, and what was found wrong with some of them. */
export interface Placed {
  readonly alerts: readonly PlacedAlert[]
  readonly faults: readonly LineFault[]
}

/** What is told later than so after the end of the session is outside of it: the last bar waits 60 s, a gate 5 more. */
const AFTER_END_S = 65

/**
 * Finds the instrument of each alert. The symbol decides; a token only where there is no symbol, where no master names the token, or between two
 * exchanges.
 */
export function placeAlerts(alerts: readonly LoggedAlert[], names: NamesOfDay): Placed {
  const faults: LineFault[] = []
  const nearNames = suggestions(names)
  const placed = alerts.map((alert): PlacedAlert => {
    const found = instrumentsOf(alert, names)
    const carried = found.length > 1 ? found.filter((one) => names.isCarried(one)) : found
    const instrument = carried[0] ?? found[0]
    const { line, symbol } = alert
    if (instrument === undefined) {
      faults.push({ kind: 'unknown_symbol', line, detail: nearNames(fullName(alert)) })
      return { ...alert, doubts: [...alert.doubts, 'unknown_symbol'], instrument }
    }
    if (found.length > 1 && carried.length !== 1)
      faults.push({ kind: 'two_exchanges', line, detail: `${symbol}, taken as ${instrument.exchange}:${instrument.symbol}` })
    return { ...alert, instrument }
  })
  return { alerts: placed, faults }
}

/** Alerts outside of the hours of their instruments, `shift_ms` being what the log's clock is ahead. Those are doubtful. */
export function checkHours(
  alerts: readonly PlacedAlert[],
  { calendar, day, shift_ms }: { readonly calendar: Calendar; readonly day: IstDay; readonly shift_ms: number },
): Placed {
  const faults: LineFault[] = []
  const checked = alerts.map((alert): PlacedAlert => {
    const { instrument, line } = alert
    const time_ms = alert.timestamp_ms - shift_ms
    if (instrument === undefined || isWithin(instrument, time_ms / 1000, calendar, day)) return alert
    faults.push({ kind: 'outside_session', line, detail: `${formatClock(time_ms)} on ${instrument.symbol}` })
    return { ...alert, doubts: [...alert.doubts, 'outside_session'] }
  })
  return { alerts: checked, faults }
}

/** True within the pre-open, the continuous sessions, the auctions and shortly after. */
function isWithin(instrument: Instrument, time_s: number, calendar: Calendar, day: IstDay): boolean {
  return calendar
    .sessionOf(instrument, day)
    .phases.some(({ start_s, end_s }) => time_s >= start_s && time_s <= end_s + AFTER_END_S)
}

function instrumentsOf(alert: LoggedAlert, names: NamesOfDay): readonly Instrument[] {
  const { symbol, instrument_token } = alert
  const by_token = instrument_token === undefined ? undefined : names.byToken(instrument_token)
  const found = names.find(fullName(alert))
  if (by_token === undefined) return found
  const is_nameless = found.length === 0 && (!by_token.known || symbol === `token:${instrument_token}`)
  return is_nameless || (found.length > 1 && found.includes(by_token)) ? [by_token] : found
}

const fullName = ({ symbol, exchange }: LoggedAlert): string => (exchange === undefined ? symbol : `${exchange}:${symbol}`)

/** Looking through 90,000 names takes its time: only the first few names that are not known get it, each once. */
const SUGGESTED_MAX = 20

function suggestions(names: NamesOfDay): (name: string) => string {
  const told = new Map<string, string>()
  return (name) => {
    const known = told.get(name)
    if (known !== undefined) return known
    const near = told.size < SUGGESTED_MAX ? names.similarSymbols(name) : []
    const text = near.length === 0 ? name : `${name}, near it: ${near.join(', ')}`
    told.set(name, text)
    return text
  }
}
