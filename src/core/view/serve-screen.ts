import type { TimestampMs } from '../time/index.js'
import { formatClock } from '../time/index.js'
import { formatCount } from './figures.js'
import { KEY_LINES } from './keys.js'
import { clockLine, framed, progressBar, type ScreenClock, type ScreenSize, widthOf } from './screen-frame.js'
import { justified, type Line, left, right, span } from './spans.js'

/** A client on the screen. */
export interface ServedClient {
  readonly slot: number
  readonly instruments: { readonly ltp: number; readonly quote: number; readonly full: number }
  readonly packets: number
  /** Over the last second. */
  readonly packets_per_s: number
  /** Sent and not yet taken. */
  readonly waiting_bytes: number
}

/** Everything the screen of a server shows. */
export interface ServeScreen extends ScreenClock {
  readonly begin_ms: TimestampMs | undefined
  readonly end_ms: TimestampMs | undefined
  /** 0..1 */
  readonly share: number
  /** Without the query that logs in. */
  readonly url: string
  readonly records: number
  readonly refused: number
  readonly dropped: number
  readonly faults: number
  readonly clients: readonly ServedClient[]
  /** The newest last. */
  readonly notices: readonly string[]
  readonly help: boolean
  /** False when there is no keyboard: then no keys are named. */
  readonly keys: boolean
}

const CLIENT_CELLS = 8
const MODE_CELLS = 8
const RATE_CELLS = 14
const PACKETS_CELLS = 16
const WAITING_CELLS = 14
/** Between clients and notices. */
const BLANK: Line = []
/** Keys that choose among symbols have nothing to choose here. */
const HELP_LINES = KEY_LINES.filter(({ keys }) => !keys.includes('↑'))

/** The screen of a server as lines, from the state alone: at most `rows` lines of at most `columns` cells. */
export function drawServe(screen: ServeScreen, size: ScreenSize, colour: boolean): string[] {
  const width = widthOf(size.columns)
  const head = [clockLine(screen, width), progressBar(screen.share, width), figures(screen, width)]
  const space = Math.max(0, size.rows - head.length - 2)
  return framed({ head, body: screen.help ? helpPage() : clients(screen, space), footer: footer(screen) }, size, colour)
}

function figures({ begin_ms, end_ms, records, refused, dropped, faults, share }: ServeScreen, width: number): Line {
  const counts = [
    `${formatCount(records)} records`,
    ...(refused > 0 ? [`${formatCount(refused)} logins refused`] : []),
    ...(dropped > 0 ? [`${formatCount(dropped)} clients dropped`] : []),
    ...(faults > 0 ? [`${formatCount(faults)} faults`] : []),
  ].join('   ')
  const begin = begin_ms === undefined ? '' : `${formatClock(begin_ms)}   `
  const end = end_ms === undefined ? `${Math.floor(share * 100)} %` : formatClock(end_ms)
  return justified([span(begin, 'faint'), span(counts, 'faint')], [span(end, 'faint')], width)
}

/** Clients, and below them as many of the newest notices as there is room for. */
function clients({ url, clients: all, notices }: ServeScreen, space: number): Line[] {
  const place: Line = [span('at '), span(url, 'strong')]
  const table = all.length === 0 ? [[span('No client yet.', 'faint')]] : [columnHeads(), ...all.map(clientLine)]
  const above = [place, BLANK, ...table]
  const room = space - above.length - 1
  return room <= 0 || notices.length === 0
    ? above
    : [...above, BLANK, ...notices.slice(-room).map((text): Line => [span(text, 'faint')])]
}

function columnHeads(): Line {
  const modes = ['ltp', 'quote', 'full'].map((word) => right(word, MODE_CELLS)).join('')
  const text = `${left('client', CLIENT_CELLS)}${modes}${right('packets/s', RATE_CELLS)}${right('packets', PACKETS_CELLS)}`
  return [span(`${text}${right('KB waiting', WAITING_CELLS)}`, 'faint')]
}

function clientLine({ slot, instruments, packets, packets_per_s, waiting_bytes }: ServedClient): Line {
  const { ltp, quote, full } = instruments
  const modes = [ltp, quote, full].map((count) => right(formatCount(count), MODE_CELLS)).join('')
  const waiting_kb = Math.ceil(waiting_bytes / 1024)
  return [
    span(left(String(slot), CLIENT_CELLS)),
    span(modes),
    span(right(formatCount(packets_per_s), RATE_CELLS), 'strong'),
    span(right(formatCount(packets), PACKETS_CELLS)),
    span(right(formatCount(waiting_kb), WAITING_CELLS), waiting_kb > 0 ? 'accent' : 'faint'),
  ]
}

function helpPage(): Line[] {
  const widest = Math.max(...HELP_LINES.map(({ keys }) => [...keys].length))
  return [
    ...HELP_LINES.map(({ keys, does }) => [span(left(keys, widest + 3), 'strong'), span(does)]),
    BLANK,
    [span('One clock for all clients. They are told nothing of pauses and seeks: packets of', 'faint')],
    [span('the other time come, or heartbeats.', 'faint')],
  ]
}

function footer({ keys, phase, help }: ServeScreen): Line {
  if (!keys) return [span('Ctrl-C to stop', 'faint')]
  if (help) return [span('? back', 'faint')]
  const pause = phase === 'paused' ? 'space go on' : phase === 'waiting' ? 'space begin now' : 'space pause'
  const moves = phase === 'ended' ? ['← 1 min back'] : [pause, '. step', '+ - speed', '← → 1 min']
  return [span([...moves, '? help', 'q quit'].join('   '), 'faint')]
}
