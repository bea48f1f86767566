import { formatSpeed } from '../replay/index.js'
import { formatClock, formatDate, istDay, type TimestampMs } from '../time/index.js'
import { formatWeekday } from './figures.js'
import { justified, type Line, printLine, span } from './spans.js'

/** Cells of the terminal. */
export interface ScreenSize {
  readonly columns: number
  readonly rows: number
}

/** Where a replay is. */
export interface ScreenClock {
  readonly phase: 'reading' | 'waiting' | 'playing' | 'paused' | 'seeking' | 'ended'
  /** Undefined until the first record has come. */
  readonly virtual_ms: TimestampMs | undefined
  readonly speed: number
}

const MARGIN = 2
const PHASES: Readonly<Record<ScreenClock['phase'], string>> = {
  reading: '… reading',
  waiting: '… waiting for clients',
  playing: '▶ playing',
  paused: '‖ paused',
  seeking: '» seeking',
  ended: '■ end of the recording',
}

/** Cells between the margins. */
export const widthOf = (columns: number): number => Math.max(1, columns - 2 * MARGIN)

/** The first line of every screen: when it is, what goes on, how fast. */
export function clockLine({ virtual_ms, speed, phase }: ScreenClock, width: number): Line {
  const state = [
    span(PHASES[phase], phase === 'playing' ? 'plain' : 'accent'),
    ...(phase === 'ended' ? [] : [span('  '), span(formatSpeed(speed), 'strong')]),
  ]
  if (virtual_ms === undefined) return justified([span('mds replay', 'faint')], state, width)
  const day = istDay(virtual_ms)
  const clock = span(formatClock(virtual_ms), 'strong')
  return justified([clock, span(`  ${formatWeekday(day)} ${formatDate(day)}  IST`, 'faint')], state, width)
}

/** `share`: 0..1 */
export function progressBar(share: number, width: number): Line {
  const halves = Math.round(Math.max(0, Math.min(1, share)) * width * 2)
  const done = '━'.repeat(Math.floor(halves / 2)) + (halves % 2 === 1 ? '╸' : '')
  return [span(done, 'accent'), span('─'.repeat(width - Math.ceil(halves / 2)), 'faint')]
}

/** Head, a blank line, as much of the body as there is room for, and the keys at the bottom: at most `rows` lines of at most `columns` cells. */
export function framed(
  { head, body, footer }: { head: readonly Line[]; body: readonly Line[]; footer: Line },
  { columns, rows }: ScreenSize,
  colour: boolean,
): string[] {
  const space = Math.max(0, rows - head.length - 2)
  const lines: Line[] = [...head, [], ...body.slice(0, space)]
  while (lines.length < rows - 1) lines.push([])
  const all = [...lines.slice(0, Math.max(0, rows - 1)), footer]
  const margin = ' '.repeat(MARGIN)
  return all.slice(0, rows).map((line) => printLine(line.length === 0 ? [] : [span(margin), ...line], { width: columns, colour }))
}
