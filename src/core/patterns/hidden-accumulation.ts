import type { Candidate, PatternDefinition } from './pattern.js'
import { directionOf, furthestBack, furthestFront, rsiFrom, SIDES, type Side } from './side.js'
import type { PatternView } from './view.js'

const ATR_STOP = 0.25
const ATR_TARGET = 2
const EXPIRES_MIN = 60

type Name =
  | 'bars_min'
  | 'bars'
  | 'move_atr_max'
  | 'range_max'
  | 'rv_min'
  | 'rv_max'
  | 'cvd_share_min'
  | 'obi_min'
  | 'rsi_min'
  | 'rsi_max'
  | 'oi_rise_pct_min'
type Numbers = Readonly<Record<Name, number>>

/**
 * The price stands still for half an hour, with more volume than usual, and most of it is bought (or sold: subtype `distribution`).
 *
 * Readings: bars are those of a minute of this session. The ATR of 30 minutes is that of 15 minutes times the square root of 2, as ranges of a
 * random walk grow. The usual range of 30 minutes comes from the baseline, without which nothing is told. Open interest is asked of futures; it
 * rises on both sides, since each contract has both. The entry is a tick beyond the range: the alert waits for the break, for 60 minutes.
 */
export const hiddenAccumulation: PatternDefinition<Name> = {
  id: 'hidden_accumulation',
  summary: 'A still price, more volume than usual, and most of it on one side',
  category: 'volume',
  source: 'domain 5.8; volume ratio and RSI 45 to 65 from the public code',
  priority: 60,
  cooldown_min: 30,
  needs: ['volume', 'baseline'],
  parameters: {
    bars_min: { default: 60, min: 1, max: 375, integer: true, doc: 'Minute bars of the session there must be' },
    bars: { default: 30, min: 5, max: 375, integer: true, doc: 'Minute bars it lasts' },
    move_atr_max: { default: 0.5, min: 0, max: 10, doc: 'Move over them, either way, in ATR of 30 minutes' },
    range_max: { default: 1.2, min: 0, max: 10, doc: 'Their range in the median range of 30 minutes of the last five days' },
    rv_min: { default: 1.2, min: 0, max: 10, doc: 'Their mean relative volume from here' },
    rv_max: { default: 2, min: 0, max: 10, doc: 'to here' },
    cvd_share_min: { default: 0.12, min: 0, max: 1, doc: 'Change of cumulative volume delta, as a share of their volume' },
    obi_min: { default: 0.1, min: 0, max: 1, doc: 'Mean imbalance of the five levels at their ends' },
    rsi_min: { default: 45, min: 0, max: 100, doc: 'RSI 14 from here; for distribution 100 less it' },
    rsi_max: { default: 65, min: 0, max: 100, doc: 'to here' },
    oi_rise_pct_min: { default: 0.5, min: 0, max: 100, doc: 'Futures: rise of the open interest, percent' },
  },
  create: (numbers) => (view) => {
    if (!view.ask.atLeast('bars', view.m1.session_count, numbers.bars_min)) return undefined
    for (const side of SIDES) {
      view.ask.side(side)
      const found = stillMarket(side, view, numbers)
      if (found !== undefined) return found
    }
    return undefined
  },
}

function stillMarket(side: Side, view: PatternView, numbers: Numbers): Candidate | undefined {
  const { ask, m1, tick, bar } = view
  const { bars, range_max, rv_min, rv_max } = numbers
  const rsi = rsiFrom(side, view.rsi)
  if (!(ask.atLeast('rsi', rsi, numbers.rsi_min) && ask.atMost('rsi', rsi, numbers.rsi_max))) return undefined
  const move = (m1.isToday(bars) ? bar.close - m1.close(bars) : Number.NaN) / (view.atr_15m * Math.SQRT2)
  if (!ask.atMost('move_atr_30m', Math.abs(move), numbers.move_atr_max)) return undefined
  const bought = side * (m1.cvd(0) - m1.cvd(bars))
  if (!ask.above('cvd_change', bought, 0)) return undefined
  const rv = m1.mean('rv', bars)
  if (!(ask.atLeast('rv_mean', rv, rv_min) && ask.atMost('rv_mean', rv, rv_max))) return undefined
  const cvd_share = bought / (bars * m1.mean('volume', bars))
  const obi5 = side * m1.mean('obi', bars)
  if (!(ask.atLeast('cvd_share', cvd_share, numbers.cvd_share_min) && ask.atLeast('obi5_mean', obi5, numbers.obi_min)))
    return undefined
  const [edge, far_edge] = [furthestFront(m1, side, bars), furthestBack(m1, side, bars)]
  const range = (side * (edge - far_edge)) / (view.baseline?.usual_range_30m ?? Number.NaN)
  if (!ask.atMost('range_usual', range, range_max)) return undefined
  const oi_rise = oiRise(view, bars)
  const is_future = view.instrument.instrument_type === 'FUT'
  if (is_future && !ask.atLeast('oi_rise_pct', oi_rise, numbers.oi_rise_pct_min)) return undefined
  if (!ask.holds()) return undefined
  const { value, missing } = ask.score([
    ['cvd_share', 0.35, cvd_share, 0.12, 0.35],
    ['obi5', 0.25, obi5, 0.1, 0.3],
    ['rv', 0.2, rv, 1.2, 1.8],
    ['oi_rise', 0.2, oi_rise, 0, 2],
  ])
  const entry = edge + side * tick
  return {
    direction: directionOf(side),
    subtype: side > 0 ? 'accumulation' : 'distribution',
    action: side > 0 ? 'BUY_STOP' : 'SELL_STOP',
    score: value,
    missing,
    level: edge,
    entry,
    stop: far_edge - side * ATR_STOP * view.atr,
    targets: [entry + side * ATR_TARGET * view.atr],
    invalidation: far_edge,
    expires_min: EXPIRES_MIN,
    evidence: {
      move_atr_30m: move,
      move_atr_30m_max: numbers.move_atr_max,
      range_usual: range,
      range_usual_max: range_max,
      rv_mean: rv,
      rv_mean_min: rv_min,
      rv_mean_max: rv_max,
      cvd_share: side * cvd_share,
      cvd_share_min: numbers.cvd_share_min,
      obi5_mean: side * obi5,
      obi5_mean_min: numbers.obi_min,
      rsi: view.rsi,
      rsi_from: rsiFrom(side, numbers.rsi_min),
      rsi_to: rsiFrom(side, numbers.rsi_max),
      ...(is_future ? { oi_rise_pct: oi_rise, oi_rise_pct_min: numbers.oi_rise_pct_min } : {}),
    },
  }
}

/** Of a future, percent; NaN for all else. */
function oiRise({ m1, instrument }: PatternView, bars: number): number {
  const before = instrument.instrument_type === 'FUT' ? m1.oi(bars) : Number.NaN
  return before > 0 ? (100 * (m1.oi(0) - before)) / before : Number.NaN
}
