import { DAY_MS, istDay, istDayStartMs, MINUTE_MS } from '../time/index.js'
import type { TheirRow } from './their-rows.js'

/** Length of their bars by the distance between those of one instrument and day: the smallest one. Undefined where no two are of one day. */
export function intervalOf(
  groups: Iterable<readonly TheirRow[]>,
): { readonly label: string; readonly length_ms: number | undefined } | undefined {
  let least = Number.POSITIVE_INFINITY
  let is_midnight = true
  let count = 0
  for (const rows of groups) {
    const times = rows.map(({ time_ms }) => time_ms).sort((a, b) => a - b)
    count += times.length
    times.forEach((time_ms, n) => {
      if (time_ms !== istDayStartMs(istDay(time_ms))) is_midnight = false
      const distance = time_ms - (times[n - 1] ?? Number.NEGATIVE_INFINITY)
      if (distance > 0 && istDay(times[n - 1] ?? 0) === istDay(time_ms) && distance < least) least = distance
    })
  }
  if (count === 0) return undefined
  if (is_midnight) return { label: '1d', length_ms: undefined }
  if (!(least < DAY_MS) || least % MINUTE_MS !== 0) return undefined
  return { label: `${least / MINUTE_MS}m`, length_ms: least }
}
