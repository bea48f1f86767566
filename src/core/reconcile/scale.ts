import type { BarPair, Figures, OwnBar, TheirBar } from './bars.js'
import type { BarCause } from './causes.js'

/** One factor, or one step, between all figures of a symbol. */
export interface Scale {
  readonly cause: Extract<BarCause, 'corporate_action' | 'price_unit' | 'tick_rounding' | 'volume_unit'>
  /** Theirs / ours. */
  readonly price_factor: number
  /** Ours / theirs. */
  readonly volume_factor: number
  /** Feed units that their prices may be off by after that. */
  readonly slack: number
  /** Share of our volume that theirs may be off by after that, and a unit of either side besides; 0: nothing at all. */
  readonly volume_slack: number
  readonly says: string
}

interface Compared {
  readonly own: OwnBar
  readonly their: TheirBar
}

/** Prices a factor must be seen in. One bar of a day has four. */
const PRICES_MIN = 4
/** Share of the prices, or volumes, that must follow it. */
const SHARE_MIN = 0.8
/** Ticks that prices must lie apart before a factor is looked for. */
const TICKS_APART = 3
/** Half a tick for their rounding, a whole one for that of the factor, which is a median. */
const SLACK_TICKS = 1.5
const STEPS = [1000, 500, 200, 100, 50, 20, 10, 5, 2]
const BARS_MIN = 3
/** A factor found by prices is off by their rounding. */
const FACTOR_NOISE = 0.001
const POWERS_MAX = 7

/** What is wrong with all bars of a symbol alike; undefined where nothing is. */
export function scaleOf(pairs: readonly BarPair[], tick: number, lot_size: number): Scale | undefined {
  const compared = pairs.flatMap(({ own, their }): Compared[] =>
    own === undefined || their === undefined ? [] : [{ own, their }],
  )
  return factorOf(compared, tick) ?? roundingOf(compared, tick) ?? lotsOf(compared, lot_size)
}

/** Their figures as they would be without it; a price that then is as good as ours is ours. */
export function unscaled(their: TheirBar, own: Figures | undefined, scale: Scale): TheirBar {
  const { price_factor, volume_factor, slack } = scale
  const price = (value: number, ours: number | undefined): number =>
    ours !== undefined && Math.abs(value - ours * price_factor) <= slack ? ours : value / price_factor
  const volume = their.volume === undefined ? undefined : Math.round(their.volume * volume_factor)
  const ours = own?.volume
  const is_same = volume !== undefined && ours !== undefined && Math.abs(volume - ours) <= volumeSlack(scale, ours)
  return {
    ...their,
    open: price(their.open, own?.open),
    high: price(their.high, own?.high),
    low: price(their.low, own?.low),
    close: price(their.close, own?.close),
    volume: is_same ? ours : volume,
  }
}

const volumeSlack = ({ volume_slack, volume_factor }: Pick<Scale, 'volume_slack' | 'volume_factor'>, volume: number): number =>
  volume_slack === 0 ? 0 : Math.max(1, volume_factor) + volume_slack * volume

function factorOf(compared: readonly Compared[], tick: number): Scale | undefined {
  const closes = compared.filter(({ own, their }) => own.close > 0 && their.close > 0)
  const middle = closes[Math.floor(closes.length / 2)]
  if (middle === undefined) return undefined
  const factor = median(closes.map(({ own, their }) => their.close / own.close))
  if (Math.abs(factor - 1) * middle.own.close <= TICKS_APART * tick) return undefined
  const prices = compared.flatMap(({ own, their }) => pricesOf(own).map((ours, n) => ({ ours, theirs: pricesOf(their)[n] ?? 0 })))
  const slack = SLACK_TICKS * tick
  const follow = prices.filter(({ ours, theirs }) => Math.abs(theirs - ours * factor) <= slack)
  const is_spread = new Set(prices.map(({ ours }) => ours)).size > 1
  if (!is_spread || prices.length < PRICES_MIN || follow.length < SHARE_MIN * prices.length) return undefined
  const is_inverse = volumesFollow(compared, factor)
  const power = powerOfTen(factor)
  if (power !== undefined && !is_inverse)
    return {
      cause: 'price_unit',
      price_factor: power,
      volume_factor: 1,
      slack,
      volume_slack: 0,
      says: `all their prices are ${power > 1 ? power : `1/${Math.round(1 / power)}`} times ours`,
    }
  return {
    cause: 'corporate_action',
    price_factor: factor,
    volume_factor: is_inverse ? factor : 1,
    slack,
    volume_slack: is_inverse ? FACTOR_NOISE : 0,
    says: `all their prices are ${sixDigits(factor)} times ours${is_inverse ? ', their volumes by as much the other way' : ''}`,
  }
}

/** Adjusted volumes: theirs times the factor of the prices is ours. */
function volumesFollow(compared: readonly Compared[], factor: number): boolean {
  const volumes = compared.filter(({ own, their }) => (own.volume ?? 0) > 0 && (their.volume ?? 0) > 0)
  const follow = volumes.filter(({ own, their }) => {
    const off = Math.abs((their.volume as number) * factor - (own.volume as number))
    return off <= volumeSlack({ volume_slack: FACTOR_NOISE, volume_factor: factor }, own.volume as number)
  })
  return volumes.length > 0 && follow.length >= SHARE_MIN * volumes.length
}

function roundingOf(compared: readonly Compared[], tick: number): Scale | undefined {
  if (compared.length < BARS_MIN) return undefined
  for (const ticks of STEPS) {
    const step = ticks * tick
    const is_rounded = compared.every(({ their }) => pricesOf(their).every((price) => price % step === 0))
    if (!is_rounded) continue
    const near = compared.filter(({ own, their }) =>
      pricesOf(own).every((price, n) => Math.abs(price - (pricesOf(their)[n] ?? 0)) < step),
    )
    const finer = compared.filter(({ own }) => pricesOf(own).some((price) => price % step !== 0))
    if (near.length < SHARE_MIN * compared.length || finer.length < (1 - SHARE_MIN) * compared.length) continue
    return {
      cause: 'tick_rounding',
      price_factor: 1,
      volume_factor: 1,
      // less than a step: a price a whole step away is no rounding
      slack: step - 1,
      volume_slack: 0,
      says: `all their prices are rounded to ${ticks} ticks`,
    }
  }
  return undefined
}

function lotsOf(compared: readonly Compared[], lot_size: number): Scale | undefined {
  if (!(lot_size > 1)) return undefined
  const traded = compared.filter(({ own, their }) => (own.volume ?? 0) > 0 && their.volume !== undefined)
  if (traded.length === 0) return undefined
  const share = (fits: (own: number, their: number) => boolean): number =>
    traded.filter(({ own, their }) => fits(own.volume as number, their.volume as number)).length / traded.length
  const unit = { cause: 'volume_unit', price_factor: 1, slack: 0, volume_slack: 0 } as const
  if (share((own, their) => own === their * lot_size) >= SHARE_MIN)
    return { ...unit, volume_factor: lot_size, says: `their volumes count lots of ${lot_size}` }
  if (share((own, their) => own * lot_size === their) >= SHARE_MIN)
    return { ...unit, volume_factor: 1 / lot_size, says: `our volumes count lots of ${lot_size}` }
  return undefined
}

const pricesOf = ({ open, high, low, close }: Figures): readonly number[] => [open, high, low, close]

function median(values: number[]): number {
  const sorted = values.sort((a, b) => a - b)
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN
}

/** Rounding of theirs leaves a factor of a power of ten a little off. */
function powerOfTen(factor: number): number | undefined {
  for (let power = 10, n = 0; n < POWERS_MAX; n++, power *= 10) {
    if (Math.abs(factor / power - 1) < 0.001) return power
    if (Math.abs(factor * power - 1) < 0.001) return 1 / power
  }
  return undefined
}

const sixDigits = (value: number): string => String(Number(value.toPrecision(6)))
