import { escaped } from '../escaped.js'
import { formatSpeed } from '../replay/index.js'
import { formatClock, formatDate, istDay, type TimestampMs } from '../time/index.js'
import { candleChart } from './candle-chart.js'
import { formatChange, formatCount, formatPercent, formatPrice, formatWeekday } from './figures.js'
import { KEY_LINES } from './keys.js'
import type { BoardRow, MarketBoard } from './market-board.js'
import { justified, type Line, left, printLine, right, span } from './spans.js'
import { sparkline } from './sparkline.js'

/** Everything the screen shows. */
export interface ReplayScreen {
  readonly phase: 'reading' | 'playing' | 'paused' | 'seeking' | 'ended'
  /** Undefined until the first record has come. */
  readonly virtual_ms: TimestampMs | undefined
  readonly speed: number
  readonly begin_ms: TimestampMs | undefined
  /** Undefined when only reading to the end would tell. */
  readonly end_ms: TimestampMs | undefined
  /** 0..1 */
  readonly share: number
  readonly board: MarketBoard
  /** Instrument whose candles are shown; the first of the ranking when undefined. */
  readonly selected: number | undefined
  readonly interval: string
  readonly help: boolean
  /** False when there is no keyboard: then no keys are named. */
  readonly keys: boolean
}

/** Cells of the terminal. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

const MARGIN = 2
/** Column heads, a blank, the title, and a blank above the keys. */
const AROUND_CHART_LINES = 4
const CHART_LINES_MIN = 3
const CHART_LINES_MAX = 16
const LAST_CELLS = 13
const CHANGE_CELLS = 11
const PERCENT_CELLS = 10
const VOLUME_CELLS = 15
const SYMBOL_CELLS = 22
const SPARK_CELLS_MIN = 12
const SPARK_CELLS_MAX = 60
const AXIS_CELLS = 13

/** The screen as lines, from the state alone: at most `rows` lines of at most `columns` cells. */
export function drawReplay(screen: ReplayScreen, { columns, rows }: ScreenSize, colour: boolean): string[] {
  const width = Math.max(1, columns - 2 * MARGIN)
  const head = [header(screen, width), progressBar(screen.share, width), figures(screen, width)]
  const body = screen.help ? helpPage() : market(screen, width, rows - head.length - 2)
  const space = Math.max(0, rows - head.length - 2)
  const lines: Line[] = [...head, [], ...body.slice(0, space)]
  while (lines.length < rows - 1) lines.push([])
  const all = [...lines.slice(0, Math.max(0, rows - 1)), footer(screen)]
  const margin = ' '.repeat(MARGIN)
  return all.slice(0, rows).map((line) => printLine(line.length === 0 ? [] : [span(margin), ...line], { width: columns, colour }))
}

const PHASES: Readonly<Record<ReplayScreen['phase'], string>> = {
  reading: '… reading',
  playing: '▶ playing',
  paused: '‖ paused',
  seeking: '» seeking',
  ended: '■ end of the recording',
}

function header({ virtual_ms, speed, phase }: ReplayScreen, width: number): Line {
  const state = [
    span(PHASES[phase], phase === 'playing' ? 'plain' : 'accent'),
    ...(phase === 'ended' ? [] : [span('  '), span(formatSpeed(speed), 'strong')]),
  ]
  if (virtual_ms === undefined) return justified([span('mds replay', 'faint')], state, width)
  const day = istDay(virtual_ms)
  const clock = span(formatClock(virtual_ms), 'strong')
  return justified([clock, span(`  ${formatWeekday(day)} ${formatDate(day)}  IST`, 'faint')], state, width)
}

function progressBar(share: number, width: number): Line {
  const halves = Math.round(Math.max(0, Math.min(1, share)) * width * 2)
  const done = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return [span(done, 'accent'), span('─'.repeat(width - Math.ceil(halves / 2)), 'faint')]
}

function figures({ begin_ms, end_ms, virtual_ms, board, share }: ReplayScreen, width: number): Line {
  const rate = virtual_ms === undefined ? 0 : board.ticksPerSecond(virtual_ms)
  const counts = `${formatCount(rate)} ticks/s   ${formatCount(board.ticks)} ticks   ${formatCount(board.candles)} candles`
  const begin = begin_ms === undefined ? '' : `${formatClock(begin_ms)}   `
  const end = end_ms === undefined ? `${Math.floor(share * 100)} %` : formatClock(end_ms)
  return justified([span(begin, 'faint'), span(counts, 'faint')], [span(end, 'faint')], width)
}

function market(screen: ReplayScreen, width: number, space: number): Line[] {
  const { board, virtual_ms } = screen
  const ranking = board.ranking(virtual_ms ?? 0)
  const at = Math.max(
    0,
    ranking.findIndex(({ index }) => index === screen.selected),
  )
  const chosen = ranking[at]
  if (chosen === undefined) return [[span('No packets yet.', 'faint')]]
  const chart_room = Math.max(Math.floor((space - AROUND_CHART_LINES) / 2), space - AROUND_CHART_LINES - ranking.length)
  const chart_lines = Math.max(0, Math.min(CHART_LINES_MAX, chart_room))
  const with_chart = chart_lines >= CHART_LINES_MIN
  const table_rows = Math.max(1, space - 1 - (with_chart ? chart_lines + 3 : 0))
  // The chosen one stays in sight: the list scrolls by pages, so that rows keep their places as long as they can.
  const from = Math.floor(at / table_rows) * table_rows
  const table = ranking.slice(from, from + table_rows).map((row) => symbolLine(row, row === chosen, width))
  if (!with_chart) return [columnHeads(width), ...table]
  while (table.length < table_rows) table.push([])
  return [columnHeads(width), ...table, [], ...candlePanel(chosen, screen.interval, width, chart_lines)]
}

const sparkCells = (width: number): number =>
  Math.min(SPARK_CELLS_MAX, width - 2 - SYMBOL_CELLS - LAST_CELLS - CHANGE_CELLS - PERCENT_CELLS - 2)

/** Volume comes in where there is room for it beside the sparkline. */
const hasVolume = (width: number): boolean => sparkCells(width) >= SPARK_CELLS_MIN + VOLUME_CELLS + 8

function columnHeads(width: number): Line {
  const volume = hasVolume(width) ? right('volume', VOLUME_CELLS) : ''
  const text = `  ${left('symbol', SYMBOL_CELLS)}${right('last', LAST_CELLS)}${right('change', CHANGE_CELLS)}${right('%', PERCENT_CELLS)}${volume}`
  return [span(text, 'faint')]
}

function symbolLine(row: BoardRow, is_chosen: boolean, width: number): Line {
  const { instrument, last_price, previous_close, prices } = row
  const divisor = instrument.price_divisor
  const change = previous_close === undefined ? undefined : last_price - previous_close
  const tone = change === undefined || change === 0 ? 'plain' : change > 0 ? 'up' : 'down'
  const percent = change === undefined || previous_close === undefined ? '' : formatPercent(change, previous_close)
  const with_volume = hasVolume(width)
  const spark_cells = Math.max(0, Math.min(SPARK_CELLS_MAX, sparkCells(width) - (with_volume ? VOLUME_CELLS : 0)))
  const recent = prices.slice(-spark_cells)
  return [
    span(is_chosen ? '▸ ' : '  ', 'accent'),
    span(left(escaped(instrument.symbol), SYMBOL_CELLS), is_chosen ? 'strong' : 'plain'),
    span(right(formatPrice(last_price, divisor), LAST_CELLS)),
    span(right(change === undefined ? '' : formatChange(change, divisor), CHANGE_CELLS), tone),
    span(right(percent, PERCENT_CELLS), tone),
    ...(with_volume ? [span(right(row.volume === 0 ? '' : formatCount(row.volume), VOLUME_CELLS), 'faint')] : []),
    span('  '),
    span(spark_cells > 0 ? sparkline(recent) : '', tone === 'plain' ? 'faint' : tone),
  ]
}

function candlePanel({ instrument, candles }: BoardRow, interval: string, width: number, height: number): Line[] {
  const last = candles.at(-1)
  const title = [span(instrument.symbol, 'strong'), span(`  ${interval}`, 'faint')]
  if (last === undefined) return [title, [span('No bar has closed yet.', 'faint')]]
  const price = (units: number): string => formatPrice(units, instrument.price_divisor)
  const values: readonly (readonly [string, string])[] = [
    ['O', price(last.open)],
    ['H', price(last.high)],
    ['L', price(last.low)],
    ['C', price(last.close)],
    ...(last.volume_na ? [] : [['V', formatCount(last.volume)] as const]),
  ]
  const told = values.flatMap(([name, value]) => [span(` ${name} `, 'faint'), span(value)])
  const time = span(`  ${formatClock(last.open_time_ms).slice(0, 5)} `, 'faint')
  return [[...title, time, ...told], ...candleChart(candles, { width, height, axis: AXIS_CELLS })]
}

function helpPage(): Line[] {
  const widest = Math.max(...KEY_LINES.map(({ keys }) => [...keys].length))
  return [
    ...KEY_LINES.map(({ keys, does }) => [span(left(keys, widest + 3), 'strong'), span(does)]),
    [],
    [span('What is shown and told never depends on speed, pauses or seeks: going back', 'faint')],
    [span('reads the recording again from its beginning.', 'faint')],
  ]
}

function footer({ keys, phase, help }: ReplayScreen): Line {
  if (!keys) return [span('Ctrl-C to stop', 'faint')]
  if (help) return [span('? back', 'faint')]
  const pause = phase === 'paused' ? 'space go on' : 'space pause'
  const moves = phase === 'ended' ? ['← 1 min back'] : [pause, '. step', '+ - speed', '← → 1 min']
  return [span([...moves, '↑ ↓ symbol', '? help', 'q quit'].join('   '), 'faint')]
}
