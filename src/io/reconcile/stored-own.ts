import type { Interval } from '../../core/candles/index.js'
import { EXIT, MdsError } from '../../core/errors.js'
import { type BarPhase, type Calendar, type Candle, type Instrument, InstrumentTable } from '../../core/market/index.js'
import type { OwnCells, OwnSeries, TheirRow } from '../../core/reconcile/index.js'
import { loadInstruments } from '../instruments-file.js'
import { shellWord } from '../shell-word.js'
import { statPath } from '../stat-path.js'
import { NO_FACTS, OwnSeriesBuilder } from './own-series.js'
import { readTheirFiles } from './read-their-file.js'

const CANDLE_FILE = /\.(?:parquet|csv|ndjson|jsonl)$/i

/** True where the session argument is a file of candles instead of a recording. */
export const isCandleFile = (session: string): boolean => CANDLE_FILE.test(session) && statPath(session)?.isFile() === true

/** Candles that mds made earlier, in place of a recording. Gaps and other readings are not at hand then. */
export async function storedSeries(
  paths: readonly string[],
  {
    instruments,
    calendar,
    interval,
  }: { readonly instruments: readonly string[]; readonly calendar: Calendar; readonly interval: Interval },
  onNotice: (text: string) => void,
): Promise<OwnSeries[]> {
  const masters = []
  for (const path of instruments) masters.push((await loadInstruments(path)).instruments)
  const table = InstrumentTable.of(...masters)
  if (masters.length === 0)
    onNotice('No instrument master: a tick is the smallest step that a price can have. Name one with --instruments.')
  const builder = new OwnSeriesBuilder(interval, calendar)
  const known = new Map<string, Instrument>()
  const intervals = new Set<string>()
  for (const path of paths)
    for (const file of await readTheirFiles(path, onNotice))
      for (const row of file.rows) {
        const { own } = row
        if (own === undefined) throw notOurs(path)
        // told again later: what the bar said first is what is compared
        if (own.revision > 0) continue
        intervals.add(row.interval ?? '')
        builder.onCandle(candleOf(row, own, instrumentOf(row, table, known)))
      }
  if (!intervals.has(interval.label))
    throw new MdsError('no_such_interval', {
      message: `${paths.join(', ')}: expected candles of ${interval.label}, found ${[...intervals].join(', ')}.`,
      suggestions: [`mds candles 20251006 --tf ${interval.label},1d -o candles.parquet`],
      exitCode: EXIT.usage,
    })
  return builder.finish(NO_FACTS)
}

function instrumentOf({ name }: TheirRow, table: InstrumentTable, known: Map<string, Instrument>): Instrument {
  const { symbol = '', exchange = '', instrument_token = 0 } = name
  const key = JSON.stringify([exchange, symbol, instrument_token])
  const found = known.get(key)
  if (found !== undefined) return found
  const resolved = table.resolve(instrument_token)
  const made = resolved.known ? resolved : { ...resolved, symbol, exchange }
  known.set(key, made)
  return made
}

const PHASES: readonly BarPhase[] = ['continuous', 'pre_open', 'closing_auction', 'post_close', 'day']

function candleOf(row: TheirRow, own: OwnCells, instrument: Instrument): Candle {
  const units = (rupees: number): number => Math.round(rupees * instrument.price_divisor)
  const phase = PHASES.find((name) => name === own.phase) ?? 'continuous'
  const length_ms = intervalMs(row.interval)
  return {
    instrument,
    interval: row.interval ?? '',
    phase,
    open_time_ms: row.time_ms,
    close_time_ms: row.time_ms + (own.expected_ms ?? length_ms),
    open: units(row.open),
    high: units(row.high),
    low: units(row.low),
    close: units(row.close),
    volume: row.volume ?? 0,
    turnover: 0,
    oi: undefined,
    tick_count: own.tick_count,
    trade_count: own.trade_count,
    complete: own.complete,
    expected_ms: own.expected_ms ?? length_ms,
    gap_volume: own.gap_volume,
    synthetic_volume: false,
    synthetic: false,
    volume_na: own.volume_na,
    revision: 0,
    day:
      phase !== 'day'
        ? undefined
        : {
            missed_volume: own.missed_volume,
            late_volume: own.late_volume,
            gap_volume: own.gap_volume,
            correction: own.correction,
            close_official: own.official_close === undefined ? undefined : units(own.official_close),
          },
  }
}

const intervalMs = (label = ''): number => Number(/^(\d+)m$/.exec(label)?.[1] ?? 0) * 60_000

const notOurs = (path: string): MdsError =>
  new MdsError('not_our_candles', {
    message: `${path} holds candles that mds did not make: a phase and counts of ticks are missing.`,
    suggestions: ['mds candles 20251006 --tf 1m,1d -o candles.parquet', `mds reconcile 20251006 --against ${shellWord(path)}`],
    exitCode: EXIT.usage,
  })
