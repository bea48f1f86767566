import type { Instrument } from '../market/index.js'
import type { Detection } from '../patterns/index.js'
import { rounded } from './rounded.js'
import { isStrategy } from './stance.js'

/** Prices of a claim, whole ticks in feed units. What is not claimed, not known or on the wrong side is undefined. */
export interface Levels {
  /** Which way the price must go for the claim to be right; 0 for option strategies, and where nothing tells. */
  readonly sign: 1 | -1 | 0
  readonly entry: number | undefined
  readonly stop: number | undefined
  /** The nearest first. */
  readonly targets: readonly number[]
  /** A close beyond it ends the alert. */
  readonly invalidation: number | undefined
  /** |first target - entry| / |entry - stop|. */
  readonly risk_reward: number | undefined
  /** |first target - entry| in percent of the entry. */
  readonly expected_move: number | undefined
  /** Names of prices that the detector gave as not known. */
  readonly missing: readonly string[]
  /** Names of prices on the wrong side of the entry: they would be reached at once. */
  readonly wrong_side: readonly string[]
  /** How far from the entry the detector wanted the stop, percent, where that was too far. */
  readonly stop_wanted_pct: number | undefined
}

/** `stop_max_pct`: a stop farther from the entry than that is put there, rounded towards the entry. */
export function levelsOf(detection: Detection, stop_max_pct: number): Levels {
  const tick = tickOf(detection.instrument)
  const claimed = claimedPrices(detection)
  const missing = claimed.filter(([, price]) => !Number.isFinite(price)).map(([name]) => name)
  const prices = new Map(
    claimed.filter(([, price]) => Number.isFinite(price)).map(([name, price]) => [name, toTick(price, tick)]),
  )
  const entry = prices.get('entry_price')
  const sign = signOf(detection, prices)
  const wrong_side = [...prices.keys()].filter((name) => isWrongSide(name, prices, sign))
  for (const name of wrong_side) prices.delete(name)

  const wanted = prices.get('stop_loss')
  const stop = wanted === undefined || entry === undefined || sign === 0 ? wanted : entry - sign * held(wanted)
  const targets = [...prices].filter(([name]) => name.startsWith('target')).map(([, price]) => price)
  const [target = Number.NaN] = targets
  const move = Math.abs(target - (entry ?? Number.NaN))
  const risk = Math.abs((entry ?? Number.NaN) - (stop ?? Number.NaN))
  return {
    sign,
    entry,
    stop,
    targets,
    invalidation: prices.get('invalidation'),
    risk_reward: known(rounded(move / risk)),
    expected_move: known(percentOfEntry(move)),
    missing,
    wrong_side,
    stop_wanted_pct: stop === wanted ? undefined : known(percentOfEntry((wanted ?? Number.NaN) - (entry ?? Number.NaN))),
  }

  function percentOfEntry(distance: number): number {
    return rounded((100 * Math.abs(distance)) / Math.abs(entry ?? Number.NaN))
  }

  /** Distance of a stop from the entry: at most the share allowed, in whole ticks, at least one. */
  function held(price: number): number {
    const from = entry ?? Number.NaN
    const most = Math.max(1, Math.floor(rounded((Math.abs(from) * stop_max_pct) / 100 / tick))) * tick
    return Math.min(most, Math.abs(from - price))
  }
}

/** Smallest price step in feed units; 1 where the master has none. */
export function tickOf({ tick_size, price_divisor }: Instrument): number {
  return Math.max(1, Math.round(tick_size * price_divisor))
}

/** The nearest whole tick, up when halfway, whatever the direction of the claim. */
export function toTick(price: number, tick: number): number {
  return Math.round(rounded(price / tick)) * tick + 0
}

/** By the names that the record has for them. What the detector does not claim is left out; NaN stays. */
function claimedPrices({
  candidate: { entry, stop, targets = [], invalidation },
  bar,
}: Detection): [name: string, price: number][] {
  return [
    ['entry_price', entry ?? bar.close],
    ...(stop === undefined ? [] : [['stop_loss', stop] as [string, number]]),
    ...targets.map((price, n): [string, number] => [n === 0 ? 'target_price' : `targets[${n}]`, price]),
    ...(invalidation === undefined ? [] : [['invalidation', invalidation] as [string, number]]),
  ]
}

/** A NEUTRAL claim with levels points where they do. Levels of an option strategy are premiums: no bar of the instrument touches them. */
function signOf(detection: Detection, prices: ReadonlyMap<string, number>): Levels['sign'] {
  const { direction } = detection.candidate
  if (direction !== 'NEUTRAL') return direction === 'BUY' ? 1 : -1
  const entry = prices.get('entry_price')
  if (entry === undefined || isStrategy(detection)) return 0
  const at = (name: string): number => prices.get(name) ?? entry
  const upwards = at('target_price') - entry || entry - at('stop_loss') || entry - at('invalidation')
  return upwards > 0 ? 1 : upwards < 0 ? -1 : 0
}

/** Targets lie ahead of the entry, the stop behind it, the invalidation behind or on it. */
function isWrongSide(name: string, prices: ReadonlyMap<string, number>, sign: Levels['sign']): boolean {
  const entry = prices.get('entry_price')
  if (entry === undefined || sign === 0 || name === 'entry_price') return false
  const ahead = sign * ((prices.get(name) as number) - entry)
  if (name === 'invalidation') return ahead > 0
  return name === 'stop_loss' ? ahead >= 0 : ahead <= 0
}

const known = (value: number): number | undefined => (Number.isFinite(value) ? value : undefined)
