import { once } from 'node:events'
import { basename } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { EXIT, interrupted, MdsError, usageError } from '../core/errors.js'
import type { InstrumentTable } from '../core/market/index.js'
import { type Frame, parseSegmentName } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'
import { hideArguments } from './hide-arguments.js'
import { systemPacing } from './pacer-ports.js'
import { type Audience, replay } from './replay-session.js'
import type { SinkName, SinkSummary } from './replay-sinks.js'
import { type ReplayWords, requestOf } from './run-replay.js'
import type { RunListener } from './run-sessions.js'
import { openJsonlSink } from './sinks/jsonl-sink.js'
import type { LiveSink, SinkListener } from './sinks/live-sink.js'
import { redisConfig } from './sinks/redis-config.js'
import { openRedisSink, probeRedis } from './sinks/redis-sink.js'
import type { Names } from './sinks/tick-lines.js'

/** Where to, beside what every replay is told. */
export interface SinkWords extends Omit<ReplayWords, 'signals'> {
  readonly sinks: readonly SinkName[]
  readonly redis: string | undefined
  readonly jsonl: string | undefined
}

/** A sink that takes nothing for so long ends the replay. */
const PATIENCE_MS = 60_000
const CLOSE_MS = 2_000
/** Between two waits reading hands on some 10 MB, and what it holds of each file. A ring that is emptied each time takes no more memory than that. */
const RING_BYTES = 64 * 1024 * 1024

/** Feeds the sinks of `mds capture` from recordings. Reading waits for them, so nothing is dropped. */
export async function runReplayTo(words: SinkWords, run: RunListener, patience_ms = PATIENCE_MS): Promise<SinkSummary> {
  const request = requestOf(words)
  refuseChoices(words)
  const names = new SessionNames()
  const sinks = await openSinks(words, names, run)
  const settle = async (): Promise<void> => {
    for (const sink of sinks) await settled(sink, run.signal, patience_ms)
  }
  try {
    const audience = audienceOf(sinks, names, settle, run)
    const summary = await replay(request, { ports: systemPacing(), signal: run.signal, onNotice: run.onNotice, audience })
    await settle()
    return { ...summary, sinks: sinks.map((sink) => sink.status()) }
  } finally {
    for (const sink of sinks) await sink.close(CLOSE_MS)
  }
}

/** The names of the day being read. */
class SessionNames implements Names {
  #table: InstrumentTable | undefined
  /** By the number of the file. */
  connections: readonly number[] = []

  begin(session: SessionFiles, table: InstrumentTable): void {
    this.#table = table
    this.connections = session.files.map(({ path }) => parseSegmentName(basename(path))?.connection ?? 1)
  }

  resolve(token: number) {
    if (this.#table === undefined) throw new Error('A session begins before its messages')
    return this.#table.resolve(token)
  }
}

function audienceOf(sinks: readonly LiveSink[], names: SessionNames, settle: () => Promise<void>, run: RunListener): Audience {
  return {
    wanted: true,
    wantsAll: false,
    rests: false,
    async onSession(session, table) {
      // What waits is named by the table of its own day.
      await settle()
      names.begin(session, table)
    },
    onFrame({ file, received_at_ms, view, bytes, start, end }: Frame) {
      const message = { connection: names.connections[file] ?? 1, received_at_ms, view, bytes, start, end }
      for (const sink of sinks) sink.onMessage(message)
    },
    pause: settle,
    onProgress: (done, total) => run.onProgress(done, total),
  }
}

async function openSinks(words: SinkWords, names: Names, run: RunListener): Promise<LiveSink[]> {
  const listenerOf = (name: SinkName): SinkListener => ({
    onDown: (detail) => run.onNotice(`${name} is down: ${detail}; the replay waits for it.`),
    onUp: (dropped) => run.onNotice(`${name} is up again; ${dropped} messages were dropped.`),
  })
  const sinks: LiveSink[] = []
  if (words.sinks.includes('jsonl'))
    sinks.push(openJsonlSink(words.jsonl ?? '.', names, listenerOf('jsonl'), { ring_bytes: RING_BYTES }))
  if (words.sinks.includes('redis')) {
    const config = redisConfig({ source: 'replay', ring_bytes: RING_BYTES }, { url: words.redis, env: process.env })
    if (words.redis !== undefined && config.password !== undefined) hideArguments()
    await probeRedis(config)
    sinks.push(openRedisSink(config, names, listenerOf('redis')))
  }
  return sinks
}

/** A sink gets messages as they were recorded, all of them. */
function refuseChoices({ sinks, wishes, output, format, emit }: SinkWords): void {
  const refused = [
    ...(wishes.symbols.length > 0 ? ['--symbol'] : []),
    ...(output === undefined ? [] : ['--output']),
    ...(format === undefined ? [] : ['--format']),
    ...(emit.join() === 'ticks' ? [] : ['--emit']),
  ]
  if (refused.length > 0)
    throw usageError(
      'sink_takes_all',
      `--to ${sinks.join(',')} hands on whole messages as they were recorded: it goes without ${refused.join(', ')}.`,
      `mds replay --to ${sinks.join(',')}`,
    )
}

async function settled(sink: LiveSink, signal: AbortSignal, patience_ms: number): Promise<void> {
  for (;;) {
    const before = sink.status()
    const end = await firstEnd(sink.drained(), signal, patience_ms)
    if (end === 'drained') return
    if (end === 'aborted') throw interrupted()
    const { name, sent, dropped, detail } = sink.status()
    if (sent === before.sent && dropped === before.dropped)
      throw new MdsError('sink_stuck', {
        message: `Expected ${name} to take messages, found that it took none for ${patience_ms / 1000} s: ${detail}.`,
        suggestions: ['mds replay again once it does'],
        exitCode: EXIT.unreadable,
      })
  }
}

async function firstEnd(
  drained: Promise<void>,
  signal: AbortSignal,
  patience_ms: number,
): Promise<'drained' | 'aborted' | 'late'> {
  if (signal.aborted) return 'aborted'
  const over = new AbortController()
  const quietly = (waiting: Promise<unknown>, end: 'aborted' | 'late') =>
    waiting.then(
      () => end,
      () => end,
    )
  try {
    return await Promise.race([
      drained.then(() => 'drained' as const),
      quietly(once(signal, 'abort', { signal: over.signal }), 'aborted'),
      quietly(sleep(patience_ms, undefined, { signal: over.signal }), 'late'),
    ])
  } finally {
    over.abort()
  }
}
