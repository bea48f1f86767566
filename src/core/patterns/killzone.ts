import { inRupees, type Killzone, killzonesOf, structureTargets, zoneAt } from './ict/index.js'
import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, type Side } from './side.js'
import type { PatternView } from './view.js'

const RANGE_MS = 15 * 60_000
const STOP_ATR = 1

type Numbers = 'rv_min' | 'displacement_atr_min' | 'europe_open'

/** A window at work: the range of its first 15 minutes. Feed units. */
interface Watch {
  readonly zone: Killzone
  high: number
  low: number
  /** A minute of the range is incomplete: it is not to be judged. */
  is_cut: boolean
  is_told: boolean
}

/**
 * The market leaves the range of the first 15 minutes of a window in which moves begin, on volume. Direction is the side it leaves on (D12), and
 * windows are those of virtual time (D8).
 * Reading: range and close are those of minute bars. Displacement is how far the close is beyond the edge; the first close that is far enough, with
 * the volume, is told, once for each window. Low priority (midday) is never told. A range with an incomplete minute is none. The stop is the
 * nearer of the two that are allowed.
 */
export const killzone: PatternDefinition<Numbers> = {
  id: 'killzone',
  summary: 'The first strong close outside the first 15 minutes of the opening or closing window',
  category: 'ict',
  source: 'domain 5.13; windows from the public code, their end before the close and the direction [own]',
  priority: 65,
  cooldown_min: 30,
  needs: ['volume'],
  parameters: {
    rv_min: { default: 1.2, min: 0, max: 20, doc: 'Relative volume of the bar, times the factor of the regime' },
    displacement_atr_min: { default: 0.5, min: 0, max: 10, doc: 'Close beyond the edge of the range, ATR' },
    europe_open: {
      default: 0,
      min: 0,
      max: 1,
      integer: true,
      doc: '1: the first hour of the exchanges of Europe is a window too, of medium priority',
    },
  },
  create(numbers) {
    let zones: readonly Killzone[] = []
    let close_ms = 0
    let watch: Watch | undefined
    return (view) => {
      if (view.close_ms !== close_ms) {
        close_ms = view.close_ms
        zones = killzonesOf(view, numbers.europe_open >= 0.5)
      }
      const { ask } = view
      const zone = zoneAt(zones, view.now_ms)
      if (zone === undefined) return ask.no('killzone')
      if (!ask.above('priority', zone.priority, 0)) return undefined
      if (watch?.zone !== zone)
        watch = { zone, high: Number.NEGATIVE_INFINITY, low: Number.POSITIVE_INFINITY, is_cut: false, is_told: false }
      if (!(ask.is('range_complete', !watch.is_cut) && ask.is('not_told_before', !watch.is_told))) return undefined
      const { bar, atr, factors } = view
      if (!ask.is('range_over', bar.open_time_ms >= zone.start_ms + RANGE_MS)) {
        watch.high = Math.max(watch.high, bar.high)
        watch.low = Math.min(watch.low, bar.low)
        if (!bar.complete) watch.is_cut = true
        return undefined
      }
      if (!ask.is('range', watch.high >= watch.low)) return undefined
      const side: Side = bar.close > watch.high ? 1 : -1
      const displacement = side > 0 ? bar.close - watch.high : watch.low - bar.close
      const rv_min = numbers.rv_min * factors.volume
      ask.side(side)
      if (
        !(
          ask.atLeast('displacement_atr', displacement / atr, numbers.displacement_atr_min) &&
          ask.above('displacement_atr', displacement / atr, 0)
        )
      )
        return undefined
      if (!ask.atLeast('rv', view.rv, rv_min)) return undefined
      watch.is_told = true
      return candidateOf(watch, view, side, { ...numbers, rv_min })
    }
  },
}

function candidateOf(
  { zone, high, low }: Watch,
  view: PatternView,
  side: Side,
  { rv_min, displacement_atr_min }: Readonly<Record<Numbers, number>>,
): Candidate {
  const { ask, bar, atr, rv, now_ms } = view
  const [edge, other] = side > 0 ? [high, low] : [low, high]
  const displacement_atr = (side * (bar.close - edge)) / atr
  const time_left = (zone.until_ms - now_ms) / (zone.until_ms - zone.start_ms)
  const near_stop = bar.close - side * STOP_ATR * atr
  const { value, missing } = ask.score([
    ['displacement', 0.4, displacement_atr, 0.5, 1.5],
    ['rv', 0.3, rv, rv_min, 2.5 * rv_min],
    ['priority', 0.15, zone.priority],
    ['time_left', 0.15, time_left],
  ])
  return {
    direction: directionOf(side),
    subtype: zone.name,
    score: value,
    missing,
    level: edge,
    entry: bar.close,
    stop: side * (near_stop - other) > 0 ? near_stop : other,
    targets: structureTargets(bar.close, side, atr, []),
    evidence: {
      killzone: zone.name,
      ...inRupees(view.instrument, { range_high: high, range_low: low }),
      displacement_atr,
      displacement_atr_min,
      rv,
      rv_min,
      rv_source: view.rv_source,
      priority: zone.priority,
      time_left,
    },
  }
}
