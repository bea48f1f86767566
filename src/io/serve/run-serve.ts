import { usageError } from '../../core/errors.js'
import { CONNECTIONS_MAX } from '../../core/feed/index.js'
import { parseDuration, parseSpeed, parseWindowEnd } from '../../core/replay/index.js'
import { type FaultPlan, listedFaults, parseFaults, seededFaults } from '../../core/serve/index.js'
import { formatClock, type TimestampMs } from '../../core/time/index.js'
import { refuseInputAsOutput } from '../inputs.js'
import { isLoopback } from '../local/gate.js'
import { openFile, type Sink } from '../output.js'
import { systemPacing } from '../pacer-ports.js'
import { readUserFile } from '../read-user-file.js'
import type { RunListener, SessionRequest } from '../run-sessions.js'
import { type ServeRequest, type ServeSummary, serve } from './serve-session.js'

/** What the command line says, words still unread. */
export interface ServeWords extends SessionRequest {
  /** `HOST:PORT` */
  readonly serve: string
  readonly from: string | undefined
  readonly to: string | undefined
  readonly speed: string
  readonly max_wait: string | undefined
  readonly api_key: string
  readonly access_token: string
  readonly connections: number | undefined
  readonly wait_for: number | undefined
  readonly stay: boolean
  readonly faults: string | undefined
  readonly fault_log: string | undefined
  readonly allow_remote: boolean
  readonly allowed_hosts: readonly string[]
}

/** Stands in the documentation: everybody may know it. */
export const DEFAULT_LOGIN = 'mds'
const CONNECTIONS_LIMIT = 1000
const UTF8 = new TextEncoder()

/** The server of the command line. */
export async function runServe(words: ServeWords, run: RunListener): Promise<ServeSummary> {
  const request = await requestOf(words)
  refuseInputAsOutput(words.fault_log, words)
  const log = words.fault_log === undefined ? undefined : openFile(words.fault_log)
  try {
    return await serve(request, {
      ports: systemPacing(),
      signal: run.signal,
      onNotice: run.onNotice,
      onServing: (url) => run.onNotice(servingLine(url, request)),
      onFault: (line) => tellFault(line, log, run),
    })
  } finally {
    log?.finish()
  }
}

/** `Serving ws://localhost:8765 (api_key mds, access_token mds); waiting for 1 client` */
function servingLine(url: string, { login, wait_for }: ServeRequest): string {
  const is_known = login.api_key === DEFAULT_LOGIN && login.access_token === DEFAULT_LOGIN
  const keys = is_known ? `api_key ${DEFAULT_LOGIN}, access_token ${DEFAULT_LOGIN}` : 'api_key and access_token as given'
  const waiting = wait_for === 0 ? '' : `; waiting for ${counted(wait_for, 'client')}`
  return `Serving ${url} (${keys})${waiting}`
}

function tellFault(line: string, log: Sink | undefined, run: RunListener): void {
  if (log === undefined) run.onNotice(line)
  else log.write(UTF8.encode(`${line}\n`))
}

async function requestOf(words: ServeWords): Promise<ServeRequest> {
  const { host, port } = addressOf(words.serve)
  const login = { api_key: words.api_key, access_token: words.access_token }
  if (login.api_key === '' || login.access_token === '')
    throw usageError('empty_login', 'Expected an api key and an access token for clients to log in with, found an empty one.')
  if (words.allow_remote && login.access_token === DEFAULT_LOGIN)
    throw usageError(
      'open_to_all',
      `Expected --access-token with --allow-remote: everybody knows the usual one, "${DEFAULT_LOGIN}".`,
      'mds replay --serve 0.0.0.0:8765 --allow-remote --access-token SOME_WORDS_OF_YOURS',
    )
  const connections = words.connections ?? CONNECTIONS_MAX
  const wait_for = words.wait_for ?? 1
  if (connections > CONNECTIONS_LIMIT)
    throw usageError('too_many_connections', `Expected at most ${CONNECTIONS_LIMIT} --connections, found ${connections}.`)
  if (wait_for > connections)
    throw usageError(
      'too_many_awaited',
      `--wait-for ${wait_for} waits for more clients than may come: expected at most ${connections}.`,
      `--wait-for ${wait_for} --connections ${wait_for}`,
    )
  return {
    recordings: words.recordings,
    instruments: words.instruments,
    from: words.from === undefined ? undefined : parseWindowEnd(words.from, '--from'),
    to: words.to === undefined ? undefined : parseWindowEnd(words.to, '--to'),
    speed: parseSpeed(words.speed),
    max_wait_ms: words.max_wait === undefined ? Number.POSITIVE_INFINITY : parseDuration(words.max_wait, '--max-wait'),
    host,
    port,
    allow_remote: words.allow_remote || isLoopback(host),
    allowed_hosts: words.allowed_hosts,
    login,
    connections,
    wait_for,
    stays: words.stay,
    faultsFrom: words.faults === undefined ? undefined : await faultsOf(words.faults),
  }
}

/** `localhost:8765`, `[::1]:0`, `8765`. */
function addressOf(text: string): { host: string; port: number } {
  const match = /^(?:(.+):)?(\d{1,5})$/.exec(text.trim())
  const port = Number(match?.[2])
  if (match === null || port > 65_535)
    throw usageError('bad_address', `--serve "${text}" is no address: expected HOST:PORT.`, '--serve localhost:8765')
  return { host: match[1] ?? '127.0.0.1', port }
}

/** A whole number is a seed, everything else the name of a file. */
async function faultsOf(text: string): Promise<(first_ms: TimestampMs) => FaultPlan> {
  if (/^\d{1,15}$/.test(text)) {
    const plan = seededFaults(Number(text))
    return () => plan
  }
  const bytes = await readUserFile(text, { what: 'fault file', suggestion: '--faults 1, for faults by chance' })
  const entries = parseFaults(bytes.toString('utf8'), text)
  return (first_ms) => listedFaults(entries, first_ms)
}

/** `12,345 records from 09:15:00 to 15:30:00 IST in 2.1 s; 3 logins, 2,469,000 packets in 30,000 messages sent` */
export function closingLine({
  records,
  first_ms,
  last_ms,
  real_ms,
  logins,
  sent,
  dropped,
  faults,
  lateness,
}: Omit<ServeSummary, 'diagnostics'>): string {
  const span =
    first_ms === undefined || last_ms === undefined
      ? 'nothing in the window'
      : `from ${formatClock(first_ms)} to ${formatClock(last_ms)} IST`
  const late =
    lateness === undefined ? '' : `; lateness p50 ${lateness.p50_ms.toFixed(2)} ms, p99 ${lateness.p99_ms.toFixed(2)} ms`
  const trouble = [
    faults === 0 ? '' : `; ${counted(faults, 'fault')}`,
    dropped === 0 ? '' : `; ${counted(dropped, 'client')} dropped`,
  ].join('')
  return (
    `${counted(records, 'record')} ${span} in ${(real_ms / 1000).toFixed(1)} s; ${counted(logins, 'login')}, ` +
    `${counted(sent.packets, 'packet')} in ${counted(sent.messages, 'message')} sent${trouble}${late}`
  )
}

function counted(count: number, noun: string): string {
  const digits = String(count).replace(/\B(?=(\d{3})+$)/g, ',')
  return `${digits} ${noun}${count === 1 ? '' : 's'}`
}
