import type { VixRegimeName } from '../options/index.js'
import { type IstDay, istDayStartMs, type TimestampMs } from '../time/index.js'
import { HORIZONS } from './horizon.js'
import { nameOf } from './judged-alert.js'
import type { MadeTrade, Outcome } from './outcome.js'
import type { SessionEvidence } from './session-outcomes.js'

/** How dear an instrument is to trade, by the spread at the entry in basis points of the price. */
export const LIQUIDITIES = ['tight', 'medium', 'wide', 'unknown'] as const
export type Liquidity = (typeof LIQUIDITIES)[number]
const TIGHT_BPS = 5
const MEDIUM_BPS = 20

/** A judged alert with what it is counted by. R and percent before costs; NaN is "not known". */
export interface SettledAlert {
  readonly outcome: Outcome
  readonly day: IstDay
  readonly name: string
  /** Hour of the day in India, 9 to 23. */
  readonly hour: number
  readonly regime: VixRegimeName | 'unknown'
  readonly liquidity: Liquidity
  /** Of the trade it stands for: to its barrier, of a strategy to the end of the day. */
  readonly r: number
  readonly return_pct: number
  readonly end_ms: TimestampMs
  /** Of that trade, in percent of its entry. NaN where nobody charges anything that is known, as for an index. */
  readonly cost_pct: number
  /** The same in R. */
  readonly cost_r: number
}

/** Charges of the trades of one alert, there and back, in percent of what was paid and received at the entry. */
export type CostPct = (trades: readonly MadeTrade[], day: IstDay) => number

/** What was judged of a session, in the order of its alerts. */
export function settledAlerts(
  { day, outcomes, regimes }: Pick<SessionEvidence, 'day' | 'outcomes' | 'regimes'>,
  costPct: CostPct,
): SettledAlert[] {
  return outcomes
    .filter(({ not_judged }) => not_judged === undefined)
    .map((outcome): SettledAlert => {
      const { alert, due_ms, trades } = outcome
      const cost_pct = trades.length === 0 ? Number.NaN : costPct(trades, day)
      const end = endOf(outcome)
      return {
        outcome,
        day,
        name: nameOf(alert.instrument),
        hour: Math.floor((due_ms - istDayStartMs(day)) / HOUR_MS),
        regime: regimes.at(due_ms) ?? 'unknown',
        liquidity: liquidityOf(outcome),
        ...end,
        cost_pct,
        cost_r: (cost_pct / 100) * rPerShare(outcome),
      }
    })
}

const HOUR_MS = 3_600_000
const EOD_PLACE = HORIZONS.indexOf('eod')
const NOTHING = { r: Number.NaN, return_pct: Number.NaN, end_ms: Number.NaN } as const

function endOf({ alert, barrier, windows }: Outcome): Pick<SettledAlert, 'r' | 'return_pct' | 'end_ms'> {
  if (alert.legs.length === 0)
    return barrier === undefined ? NOTHING : { r: barrier.r, return_pct: barrier.return_pct, end_ms: barrier.exit_ms }
  const eod = windows[EOD_PLACE]
  return eod === undefined ? NOTHING : { r: eod.r, return_pct: eod.return_pct, end_ms: eod.end_ms }
}

/** R that a move by the whole price would be. */
const rPerShare = ({ entry, risk }: Outcome): number => Math.abs(entry?.price ?? Number.NaN) / risk

function liquidityOf({ entry }: Outcome): Liquidity {
  const bps = (10_000 * (entry?.spread ?? Number.NaN)) / Math.abs(entry?.price ?? Number.NaN)
  if (Number.isNaN(bps)) return 'unknown'
  if (bps <= TIGHT_BPS) return 'tight'
  return bps <= MEDIUM_BPS ? 'medium' : 'wide'
}
