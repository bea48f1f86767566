import { isClockLabel } from '../core/candles/index.js'
import type { Cell } from '../core/formats/index.js'
import type { Field } from '../core/market/index.js'
import { istDay } from '../core/time/index.js'

type Candle = readonly Cell[]

/** How the candles of one symbol and interval that are stored and those of a run become one file. Records have their cells in the order of `fields`. */
export interface CandleMerge {
  readonly stored: readonly Candle[]
  readonly made: readonly Candle[]
  readonly interval: string
  readonly fields: readonly Field[]
  /** The stored ones are partly of this run: what it tells later is truer. */
  readonly same_run: boolean
}

/** Sorted by time; equal times keep the order in which they were made. Merging the same candles again changes nothing. */
export function mergeCandles(merge: CandleMerge): Candle[] {
  const columns = columnsOf(merge.fields)
  const merged = isClockLabel(merge.interval) ? mergeClockBars(merge, columns) : mergeEventBars(merge, columns)
  return merged.sort((a, b) => timeOf(a, columns) - timeOf(b, columns))
}

interface Columns {
  readonly timestamp: number
  readonly complete: number
  readonly tick_count: number
}

function columnsOf(fields: readonly Field[]): Columns {
  const at = (name: string): number => fields.findIndex((field) => field.name === name)
  return { timestamp: at('timestamp'), complete: at('complete'), tick_count: at('tick_count') }
}

const timeOf = (candle: Candle, { timestamp }: Columns): number => Number(candle[timestamp])
const ticksOf = (candle: Candle, { tick_count }: Columns): number => Number(candle[tick_count] ?? 0)

/** One bar a time. A run over a part of the day has cut bars at its edges: they must not replace whole ones. */
function mergeClockBars({ stored, made, same_run }: CandleMerge, columns: Columns): Candle[] {
  const by_time = new Map(stored.map((candle) => [timeOf(candle, columns), candle]))
  const of_run = new Map(made.map((candle) => [timeOf(candle, columns), candle]))
  for (const [time, candle] of of_run) {
    const before = by_time.get(time)
    if (before === undefined || same_run || isBetter(candle, before, columns)) by_time.set(time, candle)
  }
  return [...by_time.values()]
}

function isBetter(made: Candle, stored: Candle, columns: Columns): boolean {
  if (made[columns.complete] !== false) return true
  return stored[columns.complete] === false && ticksOf(made, columns) >= ticksOf(stored, columns)
}

/** Several bars may begin in one second, so a time names none of them: bars of a stretch of a day replace those of that stretch together. */
function mergeEventBars({ stored, made, same_run }: CandleMerge, columns: Columns): Candle[] {
  if (same_run) return [...stored, ...made]
  const days = new Map<number, Candle[]>()
  for (const candle of made) {
    const day = istDay(timeOf(candle, columns))
    const of_day = days.get(day)
    if (of_day === undefined) days.set(day, [candle])
    else of_day.push(candle)
  }
  return [...days.values()].reduce<readonly Candle[]>((all, of_day) => replaceStretch(all, of_day, columns), stored).slice()
}

function replaceStretch(stored: readonly Candle[], made: readonly Candle[], columns: Columns): Candle[] {
  const isWithin = stretchOf(made, columns)
  const met = stored.filter(isWithin)
  if (sumOfTicks(met, columns) <= sumOfTicks(made, columns)) return [...stored.filter((candle) => !isWithin(candle)), ...made]
  const isMet = stretchOf(met, columns)
  return [...stored, ...made.filter((candle) => !isMet(candle))]
}

function stretchOf(candles: readonly Candle[], columns: Columns): (candle: Candle) => boolean {
  const times = candles.map((candle) => timeOf(candle, columns))
  const first = times.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY)
  const last = times.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY)
  return (candle) => timeOf(candle, columns) >= first && timeOf(candle, columns) <= last
}

const sumOfTicks = (candles: readonly Candle[], columns: Columns): number =>
  candles.reduce((sum, candle) => sum + ticksOf(candle, columns), 0)
