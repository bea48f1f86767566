import { tickOf } from '../alerts/index.js'
import { driftlessHitRate } from '../stats/index.js'
import { MINUTE_MS, type TimestampMs } from '../time/index.js'
import type { BarrierSetup, Sign } from './barrier.js'
import { HORIZONS, type TradingHours, type Window, windowsFrom } from './horizon.js'
import type { JudgedAlert, JudgedLeg } from './judged-alert.js'
import type { LabelledOutcome, MadeTrade, NoLabel, NoReturn, NotJudged, Outcome, WindowOutcome } from './outcome.js'
import { type Entry, Position, type WindowPrices } from './position.js'

/** An alert that names no time ends then. */
export const EXPIRES_AFTER_MS = 30 * MINUTE_MS

/** What decides an outcome besides the prices. */
export interface OutcomeRules {
  /** From the alert to an order in the market, ms. */
  readonly latency_ms: number
  readonly from: BarrierSetup['from']
}

/** What the recording as a whole says when it is over. */
export interface RecordingFacts {
  /** Time of receipt of its first and last record; Infinity and -Infinity when there was none. */
  readonly begin_ms: TimestampMs
  readonly now_ms: TimestampMs
  /** Tokens of which a packet was accepted. */
  readonly heard: ReadonlySet<number>
  isOverGap(token: number, from_ms: TimestampMs, to_ms: TimestampMs): boolean
}

/** An alert on its way through a recording: one position, or one for each leg of a strategy. */
export class FollowedAlert {
  readonly alert: JudgedAlert
  readonly due_ms: TimestampMs
  /** With the token of its instrument. */
  readonly positions: readonly { readonly token: number; readonly position: Position }[]
  readonly #windows: readonly (Window | undefined)[]
  readonly #refused: NotJudged | undefined
  readonly #rules: OutcomeRules
  readonly #hours: TradingHours | undefined
  #no_label: NoLabel | undefined

  constructor(alert: JudgedAlert, hours: TradingHours | undefined, rules: OutcomeRules) {
    this.alert = alert
    this.#rules = rules
    this.#hours = hours
    this.due_ms = alert.emitted_at_ms + rules.latency_ms
    this.#refused = this.#refusal()
    this.#windows = hours === undefined || this.#refused !== undefined ? [] : windowsFrom(this.due_ms, hours)
    this.positions = hours === undefined || this.#refused !== undefined ? [] : this.#positionsIn(hours)
  }

  outcome(facts: RecordingFacts): Outcome {
    const { alert, due_ms } = this
    const not_judged = this.#refused ?? this.#failure(facts)
    if (not_judged !== undefined) return { ...NOTHING, alert, due_ms, not_judged }
    return alert.legs.length > 0 ? this.#strategyOutcome(facts) : this.#plainOutcome(facts)
  }

  #refusal(): NotJudged | undefined {
    const { alert, due_ms } = this
    if (alert.direction === 'NEUTRAL' && alert.legs.length === 0) return 'no_direction'
    const hours = this.#hours
    return hours !== undefined && due_ms >= hours.open_ms && due_ms < hours.close_ms ? undefined : 'outside_hours'
  }

  #positionsIn({ close_ms }: TradingHours): { token: number; position: Position }[] {
    const { alert, due_ms } = this
    const common = { due_ms, close_ms, windows: this.#windows }
    if (alert.legs.length > 0)
      return alert.legs.map(({ instrument, side }) => ({
        token: instrument.instrument_token,
        position: new Position({ ...common, sign: side === 'BUY' ? 1 : -1 }),
      }))
    const sign: Sign = alert.direction === 'BUY' ? 1 : -1
    const barrier = (entry: Entry): BarrierSetup | undefined => this.#bounds(entry, sign, close_ms)
    return [{ token: alert.instrument.instrument_token, position: new Position({ ...common, sign, barrier }) }]
  }

  #bounds(entry: Entry, sign: Sign, close_ms: TimestampMs): BarrierSetup | undefined {
    const { stop, target, expires_at_ms, instrument } = this.alert
    const wanted_ms = Number.isNaN(expires_at_ms) ? this.due_ms + EXPIRES_AFTER_MS : expires_at_ms
    const expires_ms = Math.min(wanted_ms, close_ms)
    this.#no_label = whyNoBarrier({ sign, entry: entry.price, stop, target, lives: expires_ms > entry.at_ms })
    if (this.#no_label !== undefined) return undefined
    const { from } = this.#rules
    return { sign, entry: entry.price, entry_ms: entry.at_ms, target, stop, expires_ms, tick: tickOf(instrument), from }
  }

  #failure({ begin_ms, now_ms, heard }: RecordingFacts): NotJudged | undefined {
    if (!(this.due_ms >= begin_ms)) return 'before_recording'
    if (this.due_ms >= now_ms) return 'recording_ends'
    if (this.positions.some(({ token }) => !heard.has(token))) return 'not_recorded'
    if (this.positions.some(({ position }) => position.is_unfilled)) return 'unfilled'
    return this.positions.every(({ position }) => position.entry !== undefined) ? undefined : 'recording_ends'
  }

  #plainOutcome(facts: RecordingFacts): Outcome {
    const { alert, due_ms } = this
    const [{ position, token }] = this.positions as [{ position: Position; token: number }]
    const entry = position.entry as Entry
    const { sign } = position.setup
    const risk = riskOf(sign, entry.price, alert.stop)
    const barrier = labelled(position, entry, risk)
    const windows = HORIZONS.map((_, place) =>
      windowOutcome(this.#windows[place], place, (window) => movesOf(position.prices[place], { sign, entry, risk, window })),
    )
    const reward = sign * (alert.target - entry.price)
    return {
      alert,
      due_ms,
      not_judged: undefined,
      entry,
      trades: tradesOf(position, alert, entry),
      risk,
      windows,
      barrier,
      no_label: barrier === undefined ? (this.#no_label ?? 'recording_ends') : undefined,
      driftless_hit_rate: reward > 0 ? driftlessHitRate({ target: reward, stop: risk }) : Number.NaN,
      is_over_gap: facts.isOverGap(token, due_ms, barrier?.exit_ms ?? windows[PRIMARY_PLACE]?.end_ms ?? due_ms),
    }
  }

  /** All legs, or none: half a strategy is another one. */
  #legTrades(): MadeTrade[] {
    const exit_ms = this.#windows[EOD_PLACE]?.end_ms ?? Number.NaN
    const trades = this.positions.map(({ position }, n): MadeTrade => {
      const { instrument, side, ratio } = this.alert.legs[n] as JudgedLeg
      const entry_price = position.entry?.price ?? Number.NaN
      return { instrument, side, ratio, entry_price, exit_price: position.prices[EOD_PLACE]?.price ?? Number.NaN, exit_ms }
    })
    return trades.every(({ exit_price }) => Number.isFinite(exit_price)) ? trades : []
  }

  /** Premiums of all legs together. What lies between entry and end is not known of the sum. */
  #strategyOutcome(facts: RecordingFacts): Outcome {
    const { alert, due_ms } = this
    const legs = this.positions.map(({ position }, n) => legOf(position, alert.legs[n] as JudgedLeg, alert))
    const paid = legs.reduce((sum, { sign, weight, entry }) => sum + sign * weight * entry.price, 0)
    const gross = legs.reduce((sum, { weight, entry }) => sum + weight * entry.price, 0)
    // Sold: the premium must fall, and the stop lies above it.
    const risk = paid < 0 ? alert.stop + paid : paid - alert.stop
    const known_risk = risk > 0 ? risk : Number.NaN
    const windows = HORIZONS.map((_, place) =>
      windowOutcome(this.#windows[place], place, () => {
        const profit = legs.reduce(
          (sum, { sign, weight, entry, prices }) => sum + sign * weight * ((prices[place]?.price ?? Number.NaN) - entry.price),
          0,
        )
        const is_settled = legs.every(({ prices }) => prices[place] !== undefined)
        return is_settled ? { ...NO_EXCURSION, return_pct: (100 * profit) / gross, r: profit / known_risk } : undefined
      }),
    )
    const at_ms = Math.max(...legs.map(({ entry }) => entry.at_ms))
    return {
      alert,
      due_ms,
      not_judged: undefined,
      entry: {
        price: gross,
        at_ms,
        is_fallback: legs.some(({ entry }) => entry.is_fallback),
        spread: legs.reduce((sum, { weight, entry }) => sum + weight * entry.spread, 0),
      },
      trades: this.#legTrades(),
      risk: known_risk,
      windows,
      barrier: undefined,
      no_label: 'strategy',
      driftless_hit_rate: Number.NaN,
      is_over_gap: this.positions.some(({ token }) => facts.isOverGap(token, due_ms, windows.at(-1)?.end_ms ?? due_ms)),
    }
  }
}

const EOD_PLACE = HORIZONS.indexOf('eod')
const PRIMARY_PLACE = HORIZONS.indexOf('15m')

const NOTHING = {
  entry: undefined,
  trades: [],
  risk: Number.NaN,
  windows: [],
  barrier: undefined,
  no_label: undefined,
  driftless_hit_rate: Number.NaN,
  is_over_gap: false,
} as const

const NO_EXCURSION = { mfe_pct: Number.NaN, mae_pct: Number.NaN, mfe_r: Number.NaN, mae_r: Number.NaN } as const
const NO_MOVES = { return_pct: Number.NaN, r: Number.NaN, ...NO_EXCURSION } as const

type Moves = Omit<WindowOutcome, 'horizon' | 'end_ms' | 'is_truncated' | 'missing'>

/** Distance to the stop; NaN when there is none or it does not lie behind the entry. */
function riskOf(sign: Sign, entry: number, stop: number): number {
  const risk = sign * (entry - stop)
  return risk > 0 ? risk : Number.NaN
}

function whyNoBarrier(bounds: { sign: Sign; entry: number; stop: number; target: number; lives: boolean }): NoLabel | undefined {
  const { sign, entry, stop, target, lives } = bounds
  if (Number.isNaN(stop)) return 'no_stop'
  if (Number.isNaN(target)) return 'no_target'
  if (!(sign * (entry - stop) > 0)) return 'entry_beyond_stop'
  if (!(sign * (target - entry) > 0)) return 'entry_beyond_target'
  return lives ? undefined : 'expired_before_entry'
}

function tradesOf(position: Position, { instrument }: JudgedAlert, entry: Entry): MadeTrade[] {
  const end = position.barrier?.outcome
  if (end === undefined || Number.isNaN(end.exit_price)) return []
  const side = position.setup.sign > 0 ? 'BUY' : 'SELL'
  const { exit_price, exit_ms } = end
  return [{ instrument, side, ratio: 1, entry_price: entry.price, exit_price, exit_ms }]
}

function labelled(position: Position, entry: Entry, risk: number): LabelledOutcome | undefined {
  const outcome = position.barrier?.outcome
  if (outcome === undefined) return undefined
  const { label, exit_ms, exit_price, is_ambiguous } = outcome
  const move = position.setup.sign * (exit_price - entry.price)
  return { label, exit_ms, is_ambiguous, return_pct: percent(move, entry.price), r: move / risk }
}

/** `moves` gives undefined where the end of the window has not been reached. */
function windowOutcome(window: Window | undefined, place: number, moves: (window: Window) => Moves | undefined): WindowOutcome {
  const horizon = HORIZONS[place] as WindowOutcome['horizon']
  if (window === undefined) return { horizon, end_ms: Number.NaN, is_truncated: false, missing: 'no_window', ...NO_MOVES }
  const { end_ms, is_truncated } = window
  const found = moves(window)
  const missing: NoReturn | undefined =
    found === undefined ? 'recording_ends' : Number.isNaN(found.return_pct) ? 'no_data' : undefined
  return { horizon, end_ms, is_truncated, missing, ...(found ?? NO_MOVES) }
}

function movesOf(
  prices: WindowPrices | undefined,
  { sign, entry, risk, window }: { sign: Sign; entry: Entry; risk: number; window: Window },
): Moves | undefined {
  if (prices === undefined) return undefined
  // Filled after the window's end: it never was in the market.
  if (entry.at_ms > window.end_ms) return NO_MOVES
  const move = sign * (prices.price - entry.price)
  const [best, worst] = sign > 0 ? [prices.high, prices.low] : [prices.low, prices.high]
  const [favourable, adverse] = [sign * (best - entry.price), sign * (worst - entry.price)]
  return {
    return_pct: percent(move, entry.price),
    r: move / risk,
    mfe_pct: percent(favourable, entry.price),
    mae_pct: percent(adverse, entry.price),
    mfe_r: favourable / risk,
    mae_r: adverse / risk,
  }
}

/** Prices of a leg in units of the alert's instrument, whose stop they are compared with. */
function legOf(position: Position, { ratio, instrument }: JudgedLeg, alert: JudgedAlert) {
  const weight = (ratio * alert.instrument.price_divisor) / instrument.price_divisor
  return { sign: position.setup.sign, weight, entry: position.entry as Entry, prices: position.prices }
}

const percent = (move: number, entry: number): number => (100 * move) / Math.abs(entry)
