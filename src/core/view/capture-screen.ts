import { formatClock, formatDate, istDay, type TimestampMs } from '../time/index.js'
import type { CaptureFigures, ConnectionFigures, RecorderFigures, SinkFigures } from './capture-figures.js'
import { counted, formatBytes, formatCount, formatMs, formatSpan, formatWeekday } from './figures.js'
import { cells, justified, type Line, left, printLine, right, type Span, span, type Tone } from './spans.js'
import { sparkline } from './sparkline.js'

/** Everything the live view of a capture shows. */
export interface CaptureScreen {
  readonly figures: CaptureFigures
  /** Packets a second, one value for each second, oldest first. */
  readonly rates: readonly number[]
  /** The last line: what the keys do. */
  readonly footer: string
}

const MARGIN = 2
const LABEL_CELLS = 9
const GAP = '   '
const SPARK_CELLS_MAX = 60
const SPARK_CELLS_MIN = 8
/** Heartbeats come each couple of seconds: a connection that says less is in trouble. */
const SILENT_MS = 5_000

/** The screen, from the figures alone: `rows` lines of at most `columns` cells. Events fill what the figures leave. */
export function drawCapture(
  { figures, rates, footer }: CaptureScreen,
  { columns, rows }: { readonly columns: number; readonly rows: number },
  colour: boolean,
): string[] {
  const width = Math.max(1, columns - 2 * MARGIN)
  const body = bodyLines(figures, rates, width)
  const space = rows - body.length - 4
  const events = space < 1 ? [] : [[], [span('events', 'faint')], ...eventLines(figures, space)]
  const lines = [...body, ...events].slice(0, Math.max(0, rows - 1))
  while (lines.length < rows - 1) lines.push([])
  return printed([...lines, [span(footer, 'faint')]].slice(0, rows), columns, colour)
}

/** The same once, as long as it is, for a terminal that scrolls or a pipe. */
export function captureLines(figures: CaptureFigures, columns: number, colour: boolean): string[] {
  const width = Math.max(1, columns - 2 * MARGIN)
  const events = figures.recent_events.length === 0 ? [] : [[], ...eventLines(figures, figures.recent_events.length)]
  return printed([...bodyLines(figures, [], width), ...events], columns, colour)
}

function printed(lines: readonly Line[], columns: number, colour: boolean): string[] {
  const margin = span(' '.repeat(MARGIN))
  return lines.map((line) => printLine(line.length === 0 ? [] : [margin, ...line], { width: columns, colour }))
}

function bodyLines(figures: CaptureFigures, rates: readonly number[], width: number): Line[] {
  return [
    header(figures, width),
    ...figures.problems.map((problem) => [span(`! ${problem}`, 'down')]),
    [],
    rateLine(figures, rates, width),
    lagLine(figures, width),
    [],
    ...connectionTable(figures, width),
    [],
    ...recorderLines(figures.recorder, width),
    ...figures.sinks.map((sink) => sinkLine(sink, width)),
  ]
}

const HEALTH: Readonly<Record<CaptureFigures['health'], Span>> = {
  running: span('● recording', 'up'),
  degraded: span('▲ in trouble', 'down'),
  stopping: span('■ stopping', 'accent'),
}

function header({ health, profile, pid, now_ms, started_ms, stamps }: CaptureFigures, width: number): Line {
  const day = istDay(now_ms)
  const state = [HEALTH[health], span(`  ${profile}`, 'strong')]
  const details = [`for ${formatSpan(now_ms - started_ms)}`, `pid ${pid}`, ...(stamps === 'recorded' ? ['recorded times'] : [])]
  const clock = [span(formatClock(now_ms), 'strong')]
  const date = span(`  ${formatWeekday(day)} ${formatDate(day)}  IST`, 'faint')
  // What matters least goes first where there is no room.
  const choices: readonly (readonly [Line, Line])[] = [
    [
      [...state, span(`   ${details.join('   ')}`, 'faint')],
      [...clock, date],
    ],
    [
      [...state, span(`   ${details[0]}`, 'faint')],
      [...clock, date],
    ],
    [state, [...clock, date]],
    [state, clock],
  ]
  const [begin, end] = choices.find(([a, b]) => lineCells(a) + lineCells(b) + 3 <= width) ?? [state, []]
  return justified(begin, end, width)
}

const lineCells = (line: Line): number => line.reduce((sum, { text }) => sum + cells(text), 0)

function rateLine({ rates: { packets_per_s, bytes_per_s } }: CaptureFigures, rates: readonly number[], width: number): Line {
  // Of one width, so that the curve stands still.
  const figures = `${left(`${formatCount(packets_per_s)} packets/s`, 21)}${left(`${formatBytes(bytes_per_s)}/s`, 12)}`
  const room = Math.min(SPARK_CELLS_MAX, width - LABEL_CELLS - cells(figures))
  const recent = room < SPARK_CELLS_MIN ? [] : rates.slice(-room)
  const spark = recent.some((rate) => rate > 0) ? sparkline(recent, 0) : '▁'.repeat(recent.length)
  return [label('rate'), span(figures), span(spark, 'accent')]
}

function lagLine({ lag: { p50_ms, p99_ms, max_ms }, feed_lag_ms, totals }: CaptureFigures, width: number): Line {
  if (p50_ms === undefined || p99_ms === undefined) return [label('lag'), span('nothing received yet', 'faint')]
  const known = facts(width - LABEL_CELLS, [
    ['p50', formatMs(p50_ms)],
    ['p99', formatMs(p99_ms)],
    ['max', formatMs(max_ms)],
    ...(feed_lag_ms === undefined ? [] : [['behind the exchange', formatSpan(feed_lag_ms)] as const]),
  ])
  const malformed = totals.malformed === 0 ? [] : [span(`   ${counted(totals.malformed, 'malformed message')}`, 'down')]
  return [label('lag'), ...known, ...malformed]
}

/** As many as there is room for. */
function facts(width: number, pairs: readonly (readonly [name: string, value: string])[]): Span[] {
  let room = width + GAP.length
  const shown = pairs.filter(([name, value]) => {
    room -= GAP.length + cells(name) + 1 + cells(value)
    return room >= 0
  })
  return shown.flatMap(([name, value], n) => [span(`${n === 0 ? '' : GAP}${name} `, 'faint'), span(value)])
}

const label = (text: string): Span => span(left(text, LABEL_CELLS), 'faint')

interface Column {
  readonly head: string
  readonly width: number
  readonly align: typeof left
  cell(connection: ConnectionFigures, now_ms: TimestampMs): Span
}

/** In the order of the table; where there is no room for all, the last ones are left out. */
const COLUMNS: readonly Column[] = [
  { head: '', width: 3, align: left, cell: ({ connection }) => span(String(connection), 'strong') },
  { head: 'role', width: 11, align: left, cell: ({ role }) => span(role) },
  { head: 'state', width: 17, align: left, cell: stateCell },
  { head: 'instruments', width: 11, align: right, cell: ({ tokens }) => span(formatCount(tokens)) },
  { head: 'silent', width: 13, align: right, cell: silenceCell },
  { head: 'messages', width: 15, align: right, cell: ({ messages }) => span(formatCount(messages)) },
  { head: 'bytes', width: 10, align: right, cell: ({ bytes }) => span(formatBytes(bytes)) },
  { head: 'reconnects', width: 12, align: right, cell: ({ reconnects }) => span(formatCount(reconnects)) },
]

function connectionTable({ connections, now_ms }: CaptureFigures, width: number): Line[] {
  let room = width
  const shown = COLUMNS.filter((column) => {
    room -= column.width
    return room >= 0
  })
  const heads = shown.map(({ head, width: room_of_it, align }) => align(head, room_of_it)).join('')
  return [
    [span(heads, 'faint')],
    ...connections.flatMap((connection) => {
      const row = shown.map((column) => {
        const { text, tone } = column.cell(connection, now_ms)
        return span(column.align(text, column.width), tone)
      })
      const is_told = connection.state !== 'open' && connection.detail !== ''
      return is_told ? [row, [span(`   ${connection.detail}`, 'faint')]] : [row]
    }),
  ]
}

const STATES: Readonly<Record<ConnectionFigures['state'], readonly [text: string, tone: Tone]>> = {
  idle: ['○ idle', 'faint'],
  connecting: ['◌ connecting', 'accent'],
  open: ['● open', 'up'],
  waiting: ['◌ waiting', 'accent'],
  auth_needed: ['▲ token needed', 'down'],
  closed: ['○ closed', 'faint'],
}

function stateCell({ state, retry_at_ms }: ConnectionFigures, now_ms: TimestampMs): Span {
  const [text, tone] = STATES[state]
  const is_waiting = state === 'waiting' && retry_at_ms !== undefined
  return span(is_waiting ? `◌ again in ${formatSpan(retry_at_ms - now_ms)}` : text, tone)
}

function silenceCell({ state, last_message_ms }: ConnectionFigures, now_ms: TimestampMs): Span {
  if (last_message_ms === undefined) return span('')
  const silence_ms = now_ms - last_message_ms
  return span(formatSpan(silence_ms), state === 'open' && silence_ms >= SILENT_MS ? 'down' : 'plain')
}

function recorderLines(recorder: RecorderFigures, width: number): Line[] {
  const { written_bytes, synced_bytes, waiting_bytes, dropped_records, free_disk_bytes, worst_unsynced_ms } = recorder
  const unsynced = Math.max(0, written_bytes - synced_bytes)
  const disk = facts(width - LABEL_CELLS, [
    ['written', formatBytes(written_bytes)],
    ['unsynced', formatBytes(unsynced)],
    ['at worst', formatMs(worst_unsynced_ms)],
    ...(free_disk_bytes === undefined ? [] : [['free', formatBytes(free_disk_bytes)] as const]),
  ])
  const waiting = waiting_bytes === 0 ? [] : [span(`   ${formatBytes(waiting_bytes)} wait`, 'accent')]
  const files = recorder.files.length === 0 ? ['none yet'] : recorder.files
  return [
    [label('disk'), ...disk, ...waiting],
    ...(recorder.trouble === undefined ? [] : [[label(''), span(recorder.trouble, 'down')]]),
    ...wrapped(files, width - LABEL_CELLS).map((text, n) => [label(n === 0 ? 'files' : ''), span(text)]),
    ...recorder.suspect_files.map((file) => [label(''), span(`suspect: ${file}`, 'down')]),
    [
      label('loss'),
      recorder.gaps === 0 ? span('no gaps') : span(counted(recorder.gaps, 'gap'), 'accent'),
      dropped_records === 0 ? span('   nothing dropped') : span(`   ${counted(dropped_records, 'record')} dropped`, 'down'),
    ],
  ]
}

/** As many words a line as there is room for. */
function wrapped(words: readonly string[], width: number): string[] {
  const lines: string[] = []
  for (const word of words) {
    const last = lines.at(-1)
    const longer = `${last}${GAP}${word}`
    if (last !== undefined && cells(longer) <= width) lines[lines.length - 1] = longer
    else lines.push(word)
  }
  return lines
}

const SINK_TONES: Readonly<Record<SinkFigures['state'], Tone>> = { up: 'up', down: 'down', starting: 'accent' }

function sinkLine({ name, state, sent, dropped, waiting_bytes, detail }: SinkFigures, width: number): Line {
  const counts = facts(width - LABEL_CELLS - state.length - GAP.length, [
    ['sent', formatCount(sent)],
    ['waiting', formatBytes(waiting_bytes)],
  ])
  const lost = dropped === 0 ? [] : [span(`   ${formatCount(dropped)} dropped`, 'down')]
  const why = detail === '' || state === 'up' ? [] : [span(`   ${detail}`, 'faint')]
  return [label(name), span(`${state}${GAP}`, SINK_TONES[state]), ...counts, ...lost, ...why]
}

function eventLines({ recent_events }: CaptureFigures, count: number): Line[] {
  const shown = recent_events.slice(-count)
  return shown.length === 0
    ? [[span('none yet', 'faint')]]
    : shown.map(({ at_ms, text }) => [span(`${formatClock(at_ms)}  `, 'faint'), span(text)])
}
