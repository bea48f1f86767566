import { parseIntervals, type TimeBarOptions } from '../core/candles/index.js'
import { EXIT, MdsError, usageError } from '../core/index.js'
import { parseDuration, parseSpeed, parseWindowEnd, UNPACED } from '../core/replay/index.js'
import { formatClock } from '../core/time/index.js'
import { chooseFormat } from './formats.js'
import { systemPacing } from './pacer-ports.js'
import type { Progress } from './progress.js'
import { openReplayOutput, parseKinds, type ReplayOutput } from './replay-output.js'
import { type Audience, type ReplayRequest, type ReplaySummary, replay } from './replay-session.js'

/** What the command line says, words still unread. */
export interface ReplayWords extends Omit<ReplayRequest, 'bars' | 'from' | 'to' | 'speed' | 'max_wait_ms'> {
  readonly bars: Omit<TimeBarOptions, 'intervals'>
  readonly tf: readonly string[]
  readonly from: string | undefined
  readonly to: string | undefined
  readonly speed: string
  readonly max_wait: string | undefined
  readonly emit: readonly string[]
  readonly output: string | undefined
  readonly format: string | undefined
  readonly strict: boolean
  /** The summary takes standard output. */
  readonly as_json: boolean
}

export interface ReplayTerminal {
  readonly signal: AbortSignal
  readonly progress: Progress
  interrupt(): void
  onNotice(text: string): void
}

/** The replay of the command line: a view on a terminal, records everywhere else. Answers the summary for `--json`. */
export async function runReplay(words: ReplayWords, terminal: ReplayTerminal): Promise<unknown> {
  const request = requestOf(words)
  const kinds = parseKinds(words.emit)
  const to_stdout = words.output === undefined || words.output === '-'
  if (words.as_json && to_stdout)
    throw usageError(
      'no_output',
      '--json writes the summary to standard output: expected --output FILE for the records.',
      '-o ticks.ndjson',
    )
  if (process.stdout.isTTY === true && words.output === undefined && words.format === undefined)
    return closing(await watch(request, terminal), words, terminal)
  const format = chooseFormat({ format: words.format, output: words.output, isTTY: false, fallback: 'ndjson' })
  const output = await openReplayOutput(words.output, format, kinds)
  return closing(await writeTo(output, request, terminal), words, terminal)
}

function requestOf(words: ReplayWords): ReplayRequest {
  return {
    recordings: words.recordings,
    instruments: words.instruments,
    calendar: words.calendar,
    symbols: words.symbols,
    clock: words.clock,
    bars: { ...words.bars, intervals: parseIntervals(words.tf) },
    from: words.from === undefined ? undefined : parseWindowEnd(words.from, '--from'),
    to: words.to === undefined ? undefined : parseWindowEnd(words.to, '--to'),
    speed: parseSpeed(words.speed),
    max_wait_ms: words.max_wait === undefined ? Number.POSITIVE_INFINITY : parseDuration(words.max_wait, '--max-wait'),
  }
}

/** Records to a file or a pipe. At full speed they leave in large pieces, when paced at once. */
function recordAudience(output: ReplayOutput, progress: Progress | undefined): Audience {
  return {
    wantsAll: false,
    rests: false,
    get wanted() {
      return output.wanted
    },
    onBegin: () => output.nextSession(),
    onTick: (tick) => output.onTick(tick),
    onCandle: (candle) => output.onCandle(candle),
    onIdle: () => {
      if (progress === undefined) output.flush()
    },
    onProgress: (done, total) => progress?.update(done, total),
  }
}

/** What a pipe has not got yet it gets even on Ctrl-C; a file appears whole or not at all. */
async function writeTo(output: ReplayOutput, request: ReplayRequest, terminal: ReplayTerminal): Promise<ReplaySummary> {
  const { signal, onNotice, progress } = terminal
  const audience = recordAudience(output, request.speed === UNPACED ? progress : undefined)
  try {
    const summary = await replay(request, { ports: systemPacing(), signal, onNotice, audience })
    output.finish()
    return summary
  } catch (error) {
    if (error instanceof MdsError && error.exitCode === EXIT.interrupted) output.flush()
    output.abort()
    throw error
  } finally {
    progress.clear()
  }
}

/** The view has the terminal to itself: notices wait until it is gone. */
async function watch(request: ReplayRequest, { signal, interrupt, onNotice }: ReplayTerminal): Promise<ReplaySummary> {
  const { openViewer } = await import('./replay-view/viewer.js')
  const notices: string[] = []
  const viewer = openViewer(request.bars.intervals[0]?.label ?? '', interrupt)
  try {
    return await replay(request, {
      ports: systemPacing(),
      signal,
      onNotice: (text) => notices.push(text),
      audience: viewer.audience,
    })
  } finally {
    viewer.close()
    for (const notice of notices) onNotice(notice)
  }
}

function closing(summary: ReplaySummary, words: ReplayWords, { onNotice }: ReplayTerminal): unknown {
  const { diagnostics, ...figures } = summary
  for (const log of diagnostics) for (const line of log.lines()) onNotice(line)
  onNotice(closingLine(summary))
  const bad = diagnostics.reduce((total, log) => total + log.bad, 0)
  if (words.strict && bad > 0) process.exitCode = EXIT.unreadable
  return { ...figures, diagnostics: diagnostics.map((log) => log.summary()) }
}

/** `12,345 records, 2,469,000 ticks, 3,120 candles; 09:00:00 to 15:30:00 in 2.1 s; lateness p50 0.12 ms, p99 0.40 ms` */
export function closingLine({ records, ticks, candles, first_ms, last_ms, real_ms, lateness }: ReplaySummary): string {
  const counts = `${counted(records, 'record')}, ${counted(ticks, 'tick')}, ${counted(candles, 'candle')}`
  const span =
    first_ms === undefined || last_ms === undefined
      ? 'nothing in the window'
      : `${formatClock(first_ms)} to ${formatClock(last_ms)} IST`
  const late =
    lateness === undefined ? '' : `; lateness p50 ${lateness.p50_ms.toFixed(2)} ms, p99 ${lateness.p99_ms.toFixed(2)} ms`
  return `${counts}; ${span} in ${(real_ms / 1000).toFixed(1)} s${late}`
}

function counted(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${digits} ${noun}${count === 1 ? '' : 's'}`
}
