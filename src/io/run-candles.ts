import {
  type CandleStyle,
  type Interval,
  MINUTE_INTERVAL,
  parseBarKinds,
  parseIntervals,
  type TimeBarOptions,
} from '../core/candles/index.js'
import { usageError } from '../core/errors.js'
import { CANDLE_FIELDS, type Calendar, type Candle, type Field, type InstrumentTable } from '../core/market/index.js'
import { formatDate } from '../core/time/index.js'
import type { BarClock } from '../core/volume/index.js'
import { type Layout, NOWHERE, openLayout } from './candle-layout.js'
import { type GoldenOutcome, type GoldenWords, goldenResult } from './compare/golden.js'
import { type GoldenCandles, goldenCandles } from './compare/golden-candles.js'
import { findRecordings, type SessionFiles } from './find-recordings.js'
import { formatFor } from './formats.js'
import { refuseInputAsOutput } from './inputs.js'
import { InstrumentChoice, type InstrumentWishes } from './instrument-filter.js'
import { type RunListener, runSessions, type SessionRequest, type SessionRun } from './run-sessions.js'
import { masterPaths } from './session-instruments.js'
import { statPath } from './stat-path.js'

/** What the command line says. */
export interface CandleWords extends SessionRequest {
  readonly tf: readonly string[]
  readonly event_bars: readonly string[]
  readonly style: CandleStyle
  readonly clock: BarClock
  readonly bars: Omit<TimeBarOptions, 'intervals'>
  readonly output: string | undefined
  readonly format: string | undefined
  /** Default: per-symbol into a folder, else file. */
  readonly layout: Layout | undefined
  readonly wishes: InstrumentWishes
  /** Draw the busiest instrument after the result. */
  readonly chart?: boolean
  /** Beside the fields of a candle. */
  readonly columns?: CandleColumns
  /** What the candles are held against. */
  readonly golden?: GoldenWords | undefined
}

/** More columns: numbers that each candle has. */
export interface CandleColumns {
  readonly fields: readonly Field[]
  /** Called ahead of each day. */
  beginDay(session: SessionFiles, table: InstrumentTable, calendar: Calendar): Promise<void>
  /** In the order of the fields, NaN for none; the array may be reused. Asked once for each candle that is written, in their order. */
  valuesOf(candle: Candle): Float64Array
}

export interface CandleSummary {
  readonly candles: number
  readonly output: string
  readonly format: string
  readonly layout: Layout
  readonly runs: readonly SessionRun[]
  /** With `chart`: candles of the finest interval. */
  readonly drawn: readonly Candle[]
  readonly golden?: GoldenOutcome | undefined
}

/** Which bar it is. */
const BAR_FIELDS: readonly Field[] = CANDLE_FIELDS.filter(({ name }) =>
  ['symbol', 'timestamp', 'interval', 'close'].includes(name),
)
/** A terminal shows the first and last of these; a file or a pipe gets them all. */
const TABLE_ROWS = 40

/** Recordings to candles in files or on standard output. A file appears whole or not at all. */
export async function runCandles(words: CandleWords, run: RunListener): Promise<CandleSummary> {
  const event_bars = parseBarKinds(words.event_bars)
  const bars = { ...words.bars, intervals: intervalsOf(words.tf, event_bars.length > 0) }
  const layout = words.layout ?? (isFolder(words.output) ? 'per-symbol' : 'file')
  if (layout === 'file' && isFolder(words.output))
    throw usageError('output_is_folder', `${words.output} is a folder, expected a file for --layout file.`, '--layout per-symbol')
  if (layout === 'file') refuseInputAsOutput(words.output, words)
  const to_terminal = layout === 'file' && words.output === undefined && process.stdout.isTTY === true
  const format = await formatFor(
    { format: words.format, output: layout === 'file' ? words.output : undefined, isTTY: to_terminal, fallback: 'parquet' },
    { width: process.stdout.columns ?? 120, limit: TABLE_ROWS },
  )
  const choice = new InstrumentChoice(words.wishes, findRecordings(words.recordings).sessions.length, run.onNotice)
  const fields = fieldsOf(words.columns?.fields ?? [], format.human === true)
  const golden = await goldenOf(words)
  const is_asked = words.golden === undefined || layout !== 'file' || words.output !== undefined || words.format !== undefined
  const output = is_asked ? openLayout({ layout, output: words.output, format, fields }) : NOWHERE
  let candles = 0
  const drawn: Candle[] = []
  try {
    const runs = await runSessions(
      { ...words, bars, event_bars },
      { ...run, onStep: async () => (await output.settle()) || golden !== undefined },
      async (session, table, calendar) => {
        await words.columns?.beginDay(session, table, calendar)
        const { isWanted } = choice.filterOf(session, table, masterPaths(session, words.instruments))
        return {
          onCandle(candle) {
            if (!isWanted(candle.instrument)) return
            candles++
            const numbers = words.columns?.valuesOf(candle)
            output.append(candle, numbers)
            golden?.append(candle, numbers)
            if (words.chart === true) drawn.push(candle)
          },
        }
      },
    )
    choice.finish()
    await output.finish()
    const outcome = await golden?.finish(run)
    const named = words.output ?? (is_asked ? '-' : 'none')
    return { candles, output: named, format: format.id, layout, runs, drawn, golden: outcome }
  } catch (error) {
    output.abort()
    golden?.abort()
    throw error
  }
}

function goldenOf(words: CandleWords): Promise<GoldenCandles | undefined> {
  if (words.golden === undefined) return Promise.resolve(undefined)
  const fields = fieldsOf(words.columns?.fields ?? [], false)
  return goldenCandles(words.golden, { fields, request: words, output: words.output })
}

/** Other columns come last. A terminal has room for a few only: there they come behind what says which bar it is. */
function fieldsOf(columns: readonly Field[], is_human: boolean): readonly Field[] {
  if (columns.length === 0 || !is_human) return [...CANDLE_FIELDS, ...columns]
  const [first, rest] = [BAR_FIELDS, CANDLE_FIELDS.filter((field) => !BAR_FIELDS.includes(field))]
  return [...first, ...columns, ...rest]
}

/** Bars of a minute, unless other bars are asked for. */
function intervalsOf(tf: readonly string[], has_event_bars: boolean): Interval[] {
  if (tf.length === 0) return has_event_bars ? [] : [MINUTE_INTERVAL]
  return parseIntervals(tf)
}

const isFolder = (path: string | undefined): boolean =>
  path !== undefined && (path.endsWith('/') || statPath(path)?.isDirectory() === true)

/** What a run made, in words. */
export const countOf = ({ candles, output }: CandleSummary): string =>
  `${candles} ${candles === 1 ? 'candle' : 'candles'} in ${output}`

/** What a run made, for `--json`. */
export const resultOf = ({ candles, output, format, layout, runs, golden }: CandleSummary) => ({
  candles,
  output,
  format,
  layout,
  ...(golden === undefined ? {} : { golden: goldenResult(golden) }),
  sessions: runs.map(({ counts, volume, gaps, files, masters, diagnostics }) => ({
    files,
    masters,
    messages: counts,
    volume,
    gaps,
    diagnostics: diagnostics.summary(),
  })),
})

/** Why there are no candles, when there are none: an empty result explains itself. */
export function whyNone({ candles, runs }: CandleSummary): string | undefined {
  if (candles > 0) return undefined
  const packets = runs.reduce((sum, { counts }) => sum + counts.packets, 0)
  if (packets === 0) return 'No candles: the recordings hold no tick, only heartbeats, texts or damaged messages. See mds info.'
  const cached = runs.reduce((sum, { volume }) => sum + volume.cached, 0)
  if (cached === packets) {
    const days = runs
      .map(({ session }) => (session.day === undefined ? 'the day of receipt' : formatDate(session.day)))
      .join(', ')
    return `No candles: all ${packets} packets are snapshots of before the session of ${days} (cached by the feed).`
  }
  return `No candles: of ${packets} packets none tells a trade inside session hours (${cached} are cached snapshots). See mds info.`
}
