import type { Leg, OptionChain, StrikeRow } from '../../options/index.js'
import { istDayStartMs, MINUTE_MS } from '../../time/index.js'
import { inRupees } from '../ict/index.js'
import type { AlertLeg, Candidate, PatternDefinition } from '../pattern.js'
import type { PatternView } from '../view.js'
import { daysTo, ivPercentileNow, nearestChain } from './history.js'
import { type KowAction, KowPosition, type Mids, since } from './kow-position.js'
import { PATTERN_TERMS } from './pattern-terms.js'
import { areTight, legAt, spreadPct } from './premium.js'

/** 09:30 and 15:15, minutes of the day. */
const FIRST_MINUTE = 570
const FLAT_MINUTE = 915
const SECOND_MS = 1000
/** Part of the distance between strikes by which the forward must have left the strike. */
const NEW_STRIKE_STEPS = 0.6
const NEW_STRIKE_S = 60

type Name =
  | 'discount_pct_min'
  | 'confirm_s'
  | 'quote_age_max_s'
  | 'leg_spread_pct_max'
  | 'exit_s'
  | 'reenter_s'
  | 'reentries_max'
  | 'stop_loss_pct'
type Numbers = Readonly<Record<Name, number>>

/** Call and put of one strike at a second. */
interface Pair {
  readonly call: Leg
  readonly put: Leg
}

/**
 * The straddle at the money costs less than the mean of what was paid for its legs today: both legs are sold, and managed until 15:15.
 *
 * Reading: of indices, as the public rule; the nearest expiry. One strike at a time: it is chosen at the money of the implied forward, and anew only
 * while nothing is sold and the forward (by parity at that strike) is more than 0.6 of the distance to the next strike away for a minute; every
 * wait begins anew with it. The VWAP of a leg is that of its trades of this session up to its last closed minute, the sum of both is compared
 * (D15: never of another strike). After the wait the claim is made at each whole minute of it, while it lasts; the legs count as sold by the first
 * that becomes an alert, so what is held back by a gate need not be managed. What follows are events of that alert. A second in which a
 * quote is older than 10 s has no premium and breaks every wait. The losing leg is the one that has lost more since it was sold.
 */
export const kowSignalStraddle: PatternDefinition<Name> = {
  id: 'kow_signal_straddle',
  summary: 'The straddle at the money trades below the VWAP of its legs: both are sold, and managed leg by leg',
  category: 'straddle',
  source:
    'domain 5.19; hours, waits, re-entries and confidence from the public code, its strike, VWAP and profit lock mended (D14, D15, D16)',
  priority: 75,
  cooldown_min: 60,
  needs: ['option_chain'],
  on: 'underlyings',
  cadence: 'second',
  parameters: {
    discount_pct_min: { default: 0.5, min: 0.1, max: 50, doc: 'Premium below the sum of the VWAPs, percent of it' },
    confirm_s: { default: 60, min: 1, max: 3600, integer: true, doc: 'Seconds on end that it must be so' },
    quote_age_max_s: { default: 10, min: 1, max: 60, doc: 'Oldest quote of a leg, seconds' },
    leg_spread_pct_max: { default: 3, min: 0.1, max: 100, doc: 'Spread of each leg, percent of its middle' },
    exit_s: {
      default: 120,
      min: 1,
      max: 3600,
      integer: true,
      doc: 'Seconds above the VWAP after which the losing leg is closed',
    },
    reenter_s: { default: 60, min: 1, max: 3600, integer: true, doc: 'Seconds below it after which that leg is sold again' },
    reentries_max: { default: 2, min: 0, max: 10, integer: true, doc: 'How often a leg may be sold again' },
    stop_loss_pct: { default: 25, min: 0.1, max: 500, doc: 'Loss that ends it, percent of the premium at the entry' },
  },
  create: (numbers) => {
    const strike = new FixedStrike()
    let position: KowPosition | undefined
    let entry: Candidate | undefined
    let below_since_ms = Number.NaN
    let last_ms = Number.NaN
    return (view) => {
      const { ask, second_ms } = view
      if (!ask.is('index', view.instrument.instrument_type === 'INDEX')) return undefined
      const minute = (second_ms - istDayStartMs(view.session.day)) / MINUTE_MS
      if (!ask.atLeast('minute_of_day', minute, FIRST_MINUTE)) return undefined
      // Seconds that nobody was asked about break a wait.
      if (second_ms !== last_ms + SECOND_MS) below_since_ms = Number.NaN
      last_ms = second_ms
      if (position !== undefined && entry !== undefined) {
        const event = managed(view, strike.pair as Pair, position, { is_over: minute >= FLAT_MINUTE, entry }, numbers)
        if (position.state === 'FLAT') position = entry = undefined
        below_since_ms = Number.NaN
        return event
      }
      if (!ask.below('minute_of_day', minute, FLAT_MINUTE)) return undefined
      if (strike.follow(view, numbers)) below_since_ms = Number.NaN
      const { pair, chain } = strike
      if (pair === undefined || chain === undefined) return ask.no('straddle')
      const mids = midsOf(pair, second_ms, numbers)
      const vwaps = vwapsOf(pair, view)
      const discount_pct = 100 * (1 - (mids.CE + mids.PE) / (vwaps.CE + vwaps.PE))
      const is_below = ask.atLeast('discount_pct', discount_pct, numbers.discount_pct_min)
      below_since_ms = since(below_since_ms, is_below, second_ms)
      const below_s = (second_ms - below_since_ms) / SECOND_MS
      if (!(is_below && ask.atLeast('below_s', below_s, numbers.confirm_s))) return undefined
      if (!ask.is('whole_minute_below', (below_s - numbers.confirm_s) % 60 === 0)) return undefined
      const claim = claimOf(view, { pair, chain, mids, vwaps, discount_pct, below_s, minute }, numbers)
      return (
        claim && {
          ...claim,
          onEmitted() {
            entry = claim
            position = new KowPosition(second_ms, mids, numbers)
          },
        }
      )
    }
  },
}

/** Call and put that are looked at, until the forward has been somewhere else for a minute. */
class FixedStrike {
  chain: OptionChain | undefined
  pair: Pair | undefined
  #row: StrikeRow | undefined
  #away_since_ms = Number.NaN

  /** True when another strike is looked at from now on. */
  follow(view: PatternView, numbers: Numbers): boolean {
    const { second_ms } = view
    this.chain ??= nearestChain(view, 0, Number.POSITIVE_INFINITY)
    if (this.chain === undefined) return false
    if (this.pair !== undefined) {
      this.#away_since_ms = since(this.#away_since_ms, !this.#isNear(this.chain, this.pair, second_ms, numbers), second_ms)
      if (!(second_ms - this.#away_since_ms >= NEW_STRIKE_S * SECOND_MS)) return false
    }
    this.#away_since_ms = Number.NaN
    const row = this.chain.view(second_ms, PATTERN_TERMS).atm
    if (row === this.#row || row?.call === undefined || row.put === undefined) return false
    this.#row = row
    this.pair = { call: row.call, put: row.put }
    return true
  }

  /** A forward that is not known is not near. */
  #isNear(chain: OptionChain, { call, put }: Pair, now_ms: number, numbers: Numbers): boolean {
    const mids = midsOf({ call, put }, now_ms, numbers)
    const away = (mids.CE - mids.PE) / chain.view(now_ms, PATTERN_TERMS).discount
    const at = chain.rows.indexOf(this.#row as StrikeRow)
    const next = chain.rows[at + (away > 0 ? 1 : -1)] ?? chain.rows[at + (away > 0 ? -1 : 1)]
    return Math.abs(away) <= NEW_STRIKE_STEPS * Math.abs((next?.strike ?? Number.NaN) - call.strike)
  }
}

interface Signal {
  readonly pair: Pair
  readonly chain: OptionChain
  readonly mids: Mids
  readonly vwaps: Mids
  readonly discount_pct: number
  readonly below_s: number
  /** Of the day. */
  readonly minute: number
}

function claimOf(view: PatternView, signal: Signal, numbers: Numbers): Candidate | undefined {
  const { pair, chain, mids, vwaps, discount_pct, below_s, minute } = signal
  const { ask } = view
  const { call, put } = pair
  const at = chain.view(view.second_ms, PATTERN_TERMS)
  const spreads = [spreadPct(at, call), spreadPct(at, put)] as const
  if (!areTight(spreads, ask, numbers.leg_spread_pct_max)) return undefined
  const iv_percentile = ivPercentileNow(view)
  const are_both_below = mids.CE < vwaps.CE && mids.PE < vwaps.PE
  const premium = mids.CE + mids.PE
  const { value, missing } = ask.score([
    ['discount', 0.35, discount_pct, 0.5, 4],
    ['both_below', 0.2, are_both_below ? 1 : 0],
    ['adx_5m', 0.2, view.adx_5m, 30, 15],
    ['iv_percentile', 0.15, iv_percentile, 30, 70],
    ['minutes_below', 0.1, below_s / 60, 1, 10],
  ])
  return {
    direction: 'NEUTRAL',
    action: 'SELL_STRADDLE',
    subtype: 'BOTH',
    score: value,
    missing,
    level: call.strike,
    entry: premium,
    stop: premium * (1 + numbers.stop_loss_pct / 100),
    expires_min: FLAT_MINUTE - minute,
    legs: [legAt(call, 'SELL'), legAt(put, 'SELL')],
    evidence: {
      ...inRupees(chain, {
        strike: call.strike,
        premium,
        vwap: vwaps.CE + vwaps.PE,
        call_mid: mids.CE,
        call_vwap: vwaps.CE,
        put_mid: mids.PE,
        put_vwap: vwaps.PE,
      }),
      dte: daysTo(view, chain),
      discount_pct,
      discount_pct_min: numbers.discount_pct_min,
      below_s,
      confirm_s: numbers.confirm_s,
      both_below: are_both_below,
      spread_pct: spreads,
      leg_spread_pct_max: numbers.leg_spread_pct_max,
      adx_5m: view.adx_5m,
      iv_percentile,
      stop_loss_pct: numbers.stop_loss_pct,
    },
  }
}

/** What the position does in this second, told as an event of its alert. */
function managed(
  view: PatternView,
  pair: Pair,
  position: KowPosition,
  { is_over, entry }: { is_over: boolean; entry: Candidate },
  numbers: Numbers,
): Candidate | undefined {
  const { ask, second_ms } = view
  const vwaps = vwapsOf(pair, view)
  const fresh = midsOf(pair, second_ms, numbers)
  // At the end of the day whatever was quoted last has to do.
  const mids = is_over ? { CE: pair.call.quote.mid, PE: pair.put.quote.mid } : fresh
  const vwap = vwaps.CE + vwaps.PE
  const before = position.state
  ask.about('position', pair.call.strike)
  ask.parts('leg_event')
  const told = ask.is('time_over', is_over) ? position.close(mids, 'time') : position.next(second_ms, mids, vwap, ask)
  if (told === undefined) return ask.no('leg_event')
  ask.is('leg_event', true)
  const side = told.action.startsWith('REENTER') ? 'SELL' : 'BUY'
  const legs = told.legs.map((type): AlertLeg => legAt(type === 'CE' ? pair.call : pair.put, side))
  return {
    direction: 'NEUTRAL',
    action: told.action,
    subtype: position.state,
    score: entry.score,
    level: pair.call.strike,
    entry: mids.CE + mids.PE,
    legs,
    follows:
      position.state === 'FLAT'
        ? { known_at_ms: position.entered_ms, ends: ENDS[told.reason] }
        : { known_at_ms: position.entered_ms },
    evidence: {
      reason: told.reason,
      state_before: before,
      ...inRupees(pair.call.instrument, {
        strike: pair.call.strike,
        premium: mids.CE + mids.PE,
        vwap,
        entry_premium: position.entry_premium,
      }),
      profit_pct: position.profitPct(mids),
      stop_pct: position.stop_pct,
      reentries: position.reentries,
      reentries_max: numbers.reentries_max,
    },
  }
}

const ENDS: Readonly<Record<KowAction['reason'], 'target_hit' | 'stop_hit' | 'expired'>> = {
  profit_lock: 'target_hit',
  stop: 'stop_hit',
  above_vwap: 'stop_hit',
  below_vwap: 'expired',
  time: 'expired',
}

/** NaN for a quote that is too old. */
function midsOf({ call, put }: Pair, now_ms: number, { quote_age_max_s }: Numbers): Mids {
  const midOf = ({ quote }: Leg): number => (now_ms - quote.book_ms <= quote_age_max_s * SECOND_MS ? quote.mid : Number.NaN)
  const [CE, PE] = [midOf(call), midOf(put)]
  return Number.isNaN(CE + PE) ? { CE: Number.NaN, PE: Number.NaN } : { CE, PE }
}

/** Of this session, up to the last closed minute of each; NaN before it. */
function vwapsOf({ call, put }: Pair, { group }: PatternView): Mids {
  const vwapOf = ({ instrument }: Leg): number => group.optionOf(instrument.instrument_token)?.vwap ?? Number.NaN
  return { CE: vwapOf(call), PE: vwapOf(put) }
}
