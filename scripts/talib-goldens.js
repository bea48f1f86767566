// Writes test/core/indicators/talib/*.json.gz: bars of made-up instruments and what TA-Lib, the C library, makes of them. The tests only read
// them; run this when a case is added, and read what changed.
//
//   npm install --prefix SOME_FOLDER talib@1.1.6      (compiles TA-Lib 0.4; needs a C++ compiler and Python)
//   node scripts/talib-goldens.js SOME_FOLDER/node_modules/talib
//
// Prices are integers in feed units, as in the core. Results are kept to 12 significant digits: enough to compare to 1e-9.
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { gzipSync } from 'node:zlib'
import { root } from './setup.js'

const DIGITS = 12
const [, , path] = process.argv
const talib = createRequire(import.meta.url)(path === undefined ? 'talib' : resolve(path))

/** Steps are in ticks. `calm`: how often a bar stands still; `flat`: bars that all stand still, as [from, to). */
const MARKETS = [
  { name: 'share', tick: 5, price: 285_000, step: 8, calm: 0.05, jump: 0.01 },
  { name: 'dear_share', tick: 500, price: 13_000_000, step: 12, calm: 0.02, jump: 0.02 },
  { name: 'penny_share', tick: 1, price: 240, step: 1, calm: 0.6, jump: 0.002 },
  { name: 'option', tick: 5, price: 12_000, step: 60, calm: 0.1, jump: 0.06 },
  { name: 'currency', tick: 25_000, price: 832_500_000, step: 3, calm: 0.2, jump: 0.005 },
  {
    name: 'halted',
    tick: 5,
    price: 54_000,
    step: 10,
    calm: 0.1,
    jump: 0.02,
    flat: [
      [150, 180],
      [300, 760],
    ],
  },
  { name: 'below_zero', tick: 100, price: 4_000, step: 9, calm: 0.1, jump: 0.03, signed: true },
]
const BARS = 800

const folder = join(root, 'test', 'core', 'indicators', 'talib')
rmSync(folder, { recursive: true, force: true })
mkdirSync(folder, { recursive: true })
for (const [n, market] of MARKETS.entries()) {
  const bars = barsOf(market, 20_251_006 + n)
  const golden = { talib: talib.version, library: 'TA-Lib 0.4', bars, results: resultsOf(bars) }
  writeFileSync(join(folder, `${market.name}.json.gz`), gzipSync(JSON.stringify(golden), { level: 9 }))
}

/** Results by the name that `mds indicators --set` knows, each output with the number of its first bar. */
function resultsOf({ high, low, close, volume }) {
  const of = (name, options, inputs) => {
    const { begIndex, result } = talib.execute({ name, startIdx: 0, endIdx: close.length - 1, ...inputs, ...options })
    return Object.fromEntries(
      Object.entries(result).map(([output, values]) => [output, { first: begIndex, values: values.map(short) }]),
    )
  }
  const one = (name, period) => of(name, { optInTimePeriod: period }, { inReal: close }).outReal
  const ranged = (name, period) => of(name, { optInTimePeriod: period }, { high, low, close }).outReal
  const results = {}
  for (const n of [2, 5, 20, 200]) results[`sma:${n}`] = { '': one('SMA', n) }
  for (const n of [2, 9, 21, 200]) results[`ema:${n}`] = { '': one('EMA', n) }
  for (const n of [2, 5, 14]) results[`rsi:${n}`] = { '': one('RSI', n) }
  results.tr = { '': of('TRANGE', {}, { high, low, close }).outReal }
  for (const n of [2, 5, 14]) results[`atr:${n}`] = { '': ranged('ATR', n) }
  for (const n of [2, 5, 14])
    results[`adx:${n}`] = { '': ranged('ADX', n), plus_di: ranged('PLUS_DI', n), minus_di: ranged('MINUS_DI', n) }
  for (const [fast, slow, signal] of [
    [12, 26, 9],
    [3, 10, 4],
  ]) {
    const options = { optInFastPeriod: fast, optInSlowPeriod: slow, optInSignalPeriod: signal }
    const { outMACD, outMACDSignal, outMACDHist } = of('MACD', options, { inReal: close })
    results[`macd:${fast}:${slow}:${signal}`] = { '': outMACD, signal: outMACDSignal, hist: outMACDHist }
  }
  for (const [n, width] of [
    [5, 2],
    [20, 2],
    [20, 2.5],
  ]) {
    const options = { optInTimePeriod: n, optInNbDevUp: width, optInNbDevDn: width, optInMAType: 0 }
    const { outRealUpperBand, outRealMiddleBand, outRealLowerBand } = of('BBANDS', options, { inReal: close })
    results[`bbands:${n}:${width}`] = { upper: outRealUpperBand, middle: outRealMiddleBand, lower: outRealLowerBand }
  }
  for (const [k, slowing, signal] of [
    [5, 3, 3],
    [14, 1, 3],
  ]) {
    const options = {
      optInFastK_Period: k,
      optInSlowK_Period: slowing,
      optInSlowK_MAType: 0,
      optInSlowD_Period: signal,
      optInSlowD_MAType: 0,
    }
    const { outSlowK, outSlowD } = of('STOCH', options, { high, low, close })
    results[`stoch:${k}:${slowing}:${signal}`] = { k: outSlowK, d: outSlowD }
  }
  results.obv = { '': of('OBV', {}, { inReal: close, volume }).outReal }
  return results
}

function short(value) {
  if (!Number.isFinite(value)) throw new Error(`TA-Lib gave ${value}`)
  return Number(value.toPrecision(DIGITS))
}

/** Whole prices on the tick: a walk with calm stretches and jumps. */
function barsOf({ tick, price, step, calm, jump, flat = [], signed = false }, seed) {
  const unit = unitsOf(seed)
  const bars = { high: [], low: [], close: [], volume: [] }
  const move = (size) => Math.round((unit() * 2 - 1) * size)
  let at = Math.round(price / tick)
  for (let n = 0; n < BARS; n++) {
    const is_flat = flat.some(([from, to]) => n >= from && n < to) || unit() < calm
    const before = at
    if (!is_flat) at += move(step) + (unit() < jump ? move(25 * step) : 0)
    if (!signed) at = Math.max(1, at)
    const open = is_flat ? at : before + move(step / 3)
    const wick = is_flat ? 0 : Math.floor(unit() * step)
    const low = Math.min(open, at) - (is_flat ? 0 : Math.floor(unit() * step))
    bars.high.push((Math.max(open, at) + wick) * tick)
    bars.low.push((signed ? low : Math.max(1, low)) * tick)
    bars.close.push(at * tick)
    bars.volume.push(is_flat ? 0 : Math.floor(unit() * unit() * 1_000_000))
  }
  return bars
}

/** Uniform in [0, 1), the same for a seed on every machine (mulberry32, public domain). */
function unitsOf(seed) {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let bits = Math.imul(state ^ (state >>> 15), 1 | state)
    bits = (bits + Math.imul(bits ^ (bits >>> 7), 61 | bits)) ^ bits
    return ((bits ^ (bits >>> 14)) >>> 0) / 0x1_0000_0000
  }
}
