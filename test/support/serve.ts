import { onTestFinished } from 'vitest'
import WebSocket, { type ClientOptions } from 'ws'
import { decodeRecordedTime, encodeRequest, type FeedMode } from '../../src/core/feed/index.js'
import { listedFaults, parseFaults } from '../../src/core/serve/index.js'
import { systemPacing } from '../../src/io/pacer-ports.js'
import { type ServeRequest, type ServeSummary, serve } from '../../src/io/serve/serve-session.js'
import type { Stage } from '../../src/io/serve/stage.js'
import { type PlainRecord, recordingOf } from './read-records.js'
import { tempFolder } from './temp-folder.js'

export interface Serving {
  /** `ws://127.0.0.1:PORT` */
  readonly url: string
  readonly stage: Stage
  readonly notices: readonly string[]
  readonly faults: readonly string[]
  /** The server's own end. */
  readonly done: Promise<ServeSummary>
  stop(): void
}

export interface ServingOptions extends Partial<Omit<ServeRequest, 'recordings' | 'faultsFrom'>> {
  readonly records: readonly PlainRecord[]
  /** Entries of a fault file. */
  readonly faults?: readonly object[]
  readonly faultsFrom?: ServeRequest['faultsFrom']
}

/** Serves these records on a free port, at full speed unless told otherwise; gone when the test is over. */
export async function serving({ records, faults, ...options }: ServingOptions): Promise<Serving> {
  const folder = tempFolder({ 'box/box_20251006_0900.bin': recordingOf(records) })
  const abort = new AbortController()
  const notices: string[] = []
  const lines: string[] = []
  const entries = faults === undefined ? undefined : parseFaults(JSON.stringify(faults), 'the faults of this test')
  let begin: (open: { url: string; stage: Stage }) => void = () => {}
  const begun = new Promise<{ url: string; stage: Stage }>((resolve) => {
    begin = resolve
  })
  const done = serve(
    {
      recordings: { sessions: [folder], data_dir: 'raw_ticks', profiles: [] },
      instruments: [],
      from: undefined,
      to: undefined,
      speed: Number.POSITIVE_INFINITY,
      max_wait_ms: Number.POSITIVE_INFINITY,
      host: '127.0.0.1',
      port: 0,
      allow_remote: false,
      allowed_hosts: [],
      login: { api_key: 'mds', access_token: 'mds' },
      connections: 3,
      wait_for: 1,
      stays: false,
      faultsFrom: entries === undefined ? undefined : (first_ms) => listedFaults(entries, first_ms),
      ...options,
      // Heartbeats of real time would come or not as the machine is busy or not.
      limits: { heartbeat_ms: 3_600_000, ...options.limits },
    },
    {
      ports: systemPacing(),
      signal: abort.signal,
      onNotice: (text) => notices.push(text),
      onServing: (url, stage) => begin({ url, stage }),
      onFault: (line) => lines.push(line),
    },
  )
  const settled = done.catch(() => undefined)
  onTestFinished(async () => {
    abort.abort()
    await settled
  })
  const open = await Promise.race([begun, done.then(() => undefined)])
  if (open === undefined) throw new Error('the server ended before it began')
  return { ...open, notices, faults: lines, done, stop: () => abort.abort() }
}

export type Message =
  | { readonly kind: 'binary'; readonly hex: string; readonly time_ms: number | undefined }
  | { readonly kind: 'text'; readonly text: string; readonly time_ms: number | undefined }

export interface Client {
  readonly socket: WebSocket
  readonly messages: Message[]
  /** Binary messages that are no heartbeats. */
  readonly ticks: string[]
  readonly pings: number[]
  readonly opened: Promise<void>
  readonly closed: Promise<{ code: number; reason: string }>
  ask(text: string): void
  subscribe(tokens: readonly number[], mode?: FeedMode): void
}

export const LOGIN = '?api_key=mds&access_token=mds'

/** A plain client of the `ws` package that writes everything down. */
export function client(url: string, options: ClientOptions & { query?: string } = {}): Client {
  const { query = LOGIN, ...more } = options
  // A ping for each recorded time is more than `ws` likes to answer.
  const socket = new WebSocket(`${url}/${query}`, { autoPong: false, ...more })
  const messages: Message[] = []
  const pings: number[] = []
  const ticks: string[] = []
  let time_ms: number | undefined
  socket.on('ping', (payload) => {
    time_ms = decodeRecordedTime(payload)
    if (time_ms !== undefined) pings.push(time_ms)
  })
  socket.on('message', (bytes: Buffer, is_binary) => {
    if (!is_binary) messages.push({ kind: 'text', text: bytes.toString('utf8'), time_ms })
    else {
      const hex = bytes.toString('hex')
      messages.push({ kind: 'binary', hex, time_ms })
      if (bytes.length > 1) ticks.push(hex)
    }
  })
  const opened = new Promise<void>((resolve, reject) => {
    socket.once('open', () => resolve())
    socket.once('error', reject)
  })
  opened.catch(() => {})
  socket.on('error', () => {})
  const closed = new Promise<{ code: number; reason: string }>((resolve) =>
    socket.on('close', (code, reason) => resolve({ code, reason: reason.toString('utf8') })),
  )
  onTestFinished(() => socket.terminate())
  return {
    socket,
    messages,
    ticks,
    pings,
    opened,
    closed,
    ask: (text) => socket.send(text),
    subscribe(tokens, mode) {
      socket.send(encodeRequest({ action: 'subscribe', tokens }))
      if (mode !== undefined) socket.send(encodeRequest({ action: 'mode', mode, tokens }))
    },
  }
}

/** Resolves when it holds; the timeout of the test ends what never does. */
export async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await new Promise((resolve) => setTimeout(resolve, 5))
}

/** Status of an HTTP answer to an upgrade, or `open`. */
export function upgradeStatus(url: string, options: ClientOptions & { query?: string } = {}): Promise<number | 'open'> {
  const { query = LOGIN, ...more } = options
  const socket = new WebSocket(`${url}/${query}`, more)
  onTestFinished(() => socket.terminate())
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_, response) => {
      response.resume()
      resolve(response.statusCode ?? 0)
    })
    socket.on('open', () => resolve('open'))
    socket.on('error', reject)
  })
}

/** Long lists of long texts: where they part, in a few words; undefined when they are the same. */
export function difference(found: readonly string[], expected: readonly string[]): string | undefined {
  const at = expected.findIndex((text, n) => found[n] !== text)
  if (at < 0 && found.length === expected.length) return undefined
  const n = at < 0 ? expected.length : at
  const brief = (text: string | undefined): string => (text === undefined ? 'nothing' : `${text.length} ${text.slice(0, 60)}`)
  return `of ${found.length} and ${expected.length}, ${n}: ${brief(found[n])} instead of ${brief(expected[n])}`
}
