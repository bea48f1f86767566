import { adx } from './adx.js'
import { atr } from './atr.js'
import { bbands } from './bbands.js'
import { book } from './book.js'
import { CANDLESTICK_INDICATORS } from './candlestick.js'
import { cvd } from './cvd.js'
import { donchian } from './donchian.js'
import { ema } from './ema.js'
import type { IndicatorDefinition } from './indicator.js'
import { kyle } from './kyle.js'
import { macd, macdIndependent } from './macd.js'
import { obv } from './obv.js'
import { ofi } from './ofi.js'
import { openingRange } from './opening-range.js'
import { profile } from './profile.js'
import { rvolRoll } from './relative-volume.js'
import { rsi } from './rsi.js'
import { rvolCum, rvolTod } from './rvol-by-time.js'
import { sma } from './sma.js'
import { stoch } from './stoch.js'
import { supertrend } from './supertrend.js'
import { tr } from './true-range.js'
import { vpin } from './vpin.js'
import { vwap, vwapBars } from './vwap.js'
import { volumeZscore, volumeZscoreRobust } from './zscore.js'

/** All indicators, in the order of the docs: averages, strength, range and trend, anchored prices, volume, order flow. */
export const INDICATORS: readonly IndicatorDefinition[] = [
  sma,
  ema,
  macd,
  macdIndependent,
  rsi,
  stoch,
  tr,
  atr,
  adx,
  bbands,
  supertrend,
  donchian,
  openingRange,
  vwap,
  vwapBars,
  profile,
  obv,
  rvolTod,
  rvolCum,
  rvolRoll,
  volumeZscore,
  volumeZscoreRobust,
  cvd,
  ofi,
  vpin,
  kyle,
  book,
  ...CANDLESTICK_INDICATORS,
]

/** What `mds indicators` computes when nothing is asked for. */
export const DEFAULT_INDICATORS =
  'ema:9,ema:21,rsi:14,macd:12:26:9,atr:14,adx:14,bbands:20:2,supertrend:10:3,donchian:20,vwap,rvol_roll:20,obv'
