import { InstrumentTable } from '../../../core/market/index.js'
import { formatHours, nextActiveSpan, TradingHours, tooShort } from '../../../core/profile/index.js'
import { formatDate, formatIso, istDay } from '../../../core/time/index.js'
import type { Check } from '../check.js'

/** A share with derivatives: when nobody says what is to be recorded, the day of the equity market counts. */
const ANY_SHARE = 408065
const ANY_HOURS = { start_s: 9 * 3600, end_s: 16 * 3600 }

/** The calendar knows today, and the hours of the profile cover it. */
export const checkCalendar: Check = {
  id: 'calendar',
  concerns: 'machine',
  async run(context) {
    const { day, now_ms } = context
    const calendar = await context.calendar()
    const profile = await context.profile().catch(() => undefined)
    const instruments = (await context.instruments().catch(() => undefined))?.selected.instruments
    const market = new TradingHours(calendar, instruments ?? [InstrumentTable.of([]).resolve(ANY_SHARE)])
    const hours = profile?.hours ?? 'always'
    const date = formatDate(day)
    if (!market.isOpen(day)) {
      const next = nextActiveSpan(hours === 'always' ? ANY_HOURS : hours, market, now_ms)
      const text = `${date} has no trading${next === undefined ? '' : `; the next day that has is ${formatDate(istDay(next.start_ms))}`}.`
      if (hours === 'always' || profile?.check_calendar === false) return { state: 'ok', text }
      return { state: 'warn', text, tries: ['--hours always, to record it all the same'] }
    }
    const short = tooShort(hours, market, day)
    if (short !== undefined) return { state: 'warn', text: short.text, tries: [`--hours ${short.enough}`] }
    const next = nextActiveSpan(hours, market, now_ms)
    const when =
      next === undefined || hours === 'always'
        ? ''
        : next.start_ms <= now_ms
          ? ', now within them'
          : `, next from ${formatIso(next.start_ms)}`
    const notes = market.isVerified(day) ? [] : ['A row of the calendar behind this was not confirmed.']
    return { state: 'ok', text: `${date} is a trading day; hours ${formatHours(hours)}${when}.`, notes }
  },
}
