import { TradingHours } from '../../../core/profile/index.js'
import { formatClock, istDayStartMs } from '../../../core/time/index.js'
import { captureCommand } from '../capture-command.js'
import type { Check } from '../check.js'
import { type Segment, segmentsOf } from '../segments.js'

/** Heartbeats come every second: a file this old has no living capture behind it. */
const FRESH_MS = 30_000

/** While the market trades, a file is there for each hour so far, and the newest one grows. */
export const checkFiles: Check = {
  id: 'files',
  concerns: 'machine',
  needs: ['folder'],
  async run(context) {
    const folder = await context.folder()
    const profile = await context.profile().catch(() => undefined)
    const all = await segmentsOf(folder)
    const today = all.filter(({ name }) => name.day === context.day && (profile === undefined || name.profile === profile.name))
    const instruments = (await context.instruments().catch(() => undefined))?.selected.instruments ?? []
    const trading = new TradingHours(await context.calendar(), instruments).isTrading(context.now_ms)
    const start = [captureCommand(context.request)]
    const newest = newestOf(today)
    if (newest === undefined) {
      const text = `No recording of today in ${folder}`
      return trading
        ? { state: 'warn', text: `${text}, while the market trades.`, tries: start }
        : { state: 'ok', text: `${text}; nothing trades now.` }
    }
    const age_ms = Math.max(0, context.now_ms - newest.changed_ms)
    const text = `${today.length} of today, the newest ${newest.path}, written ${Math.round(age_ms / 1000)} s ago`
    const missing = missingHours(today, context.now_ms, context.day)
    if (!trading) return { state: 'ok', text: `${text}; nothing trades now.` }
    if (age_ms > FRESH_MS) return { state: 'warn', text: `${text}: it does not grow while the market trades.`, tries: start }
    if (missing.length > 0) return { state: 'warn', text: `${text}; no file of ${missing.join(', ')}.`, tries: ['mds info'] }
    return { state: 'ok', text: `${text}.` }
  },
}

const newestOf = (segments: readonly Segment[]): Segment | undefined =>
  segments.reduce<Segment | undefined>(
    (newest, segment) => (newest === undefined || segment.changed_ms > newest.changed_ms ? segment : newest),
    undefined,
  )

const HOUR_MS = 3_600_000

/** Hours between the first recording of the day and now that have none. */
function missingHours(segments: readonly Segment[], now_ms: number, day: number): string[] {
  const hours = new Set(segments.flatMap(({ name }) => (name.minute === undefined ? [] : Math.floor(name.minute / 60))))
  const midnight_ms = istDayStartMs(day)
  const [first, last] = [Math.min(...hours), Math.floor((now_ms - midnight_ms) / HOUR_MS)]
  const missing: string[] = []
  for (let hour = first; hour <= last; hour++)
    if (!hours.has(hour)) missing.push(formatClock(midnight_ms + hour * HOUR_MS).slice(0, 5))
  return missing
}
