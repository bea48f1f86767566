import type { Calendar, Instrument, SessionPhase } from '../../src/core/market/index.js'
import { DAY_S, IST_OFFSET_S, type IstDay, istDayStartMs, weekday } from '../../src/core/time/index.js'

/** Plain hours of 2025, no holidays but weekends: enough for tests that need a calendar but are not about calendars. */
export const stubCalendar: Calendar = {
  sessionOf: (instrument, day) => ({
    day,
    phases: phasesOf(instrument, day * DAY_S - IST_OFFSET_S),
    closed: weekday(day) === 0 || weekday(day) === 6,
    verified: false,
  }),
  expiryOf: ({ expiry }) =>
    expiry === undefined ? undefined : { at_ms: istDayStartMs(expiry) + 15.5 * 3_600_000, verified: false },
}

function phasesOf({ exchange, asset_class }: Instrument, midnight_s: number): SessionPhase[] {
  const phase = (name: SessionPhase['phase'], from: number, to: number): SessionPhase => ({
    phase: name,
    start_s: midnight_s + from * 3600,
    end_s: midnight_s + to * 3600,
  })
  if (exchange === 'MCX') return [phase('continuous', 9, 23.5)]
  if (exchange === 'CDS' || exchange === 'BCD') return [phase('continuous', 9, 17)]
  if (asset_class !== 'equity_cash') return [phase('continuous', 9.25, 15.5)]
  return [phase('pre_open', 9, 9.25), phase('continuous', 9.25, 15.5), phase('post_close', 15 + 40 / 60, 16)]
}

export const dayNumber = (year: number, month: number, day: number): IstDay =>
  Math.floor(Date.UTC(year, month - 1, day) / 86_400_000)
