import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import type { Duplex } from 'node:stream'
import { type WebSocket, WebSocketServer } from 'ws'
import { RECORDED_TIME_HEADER } from '../../core/feed/index.js'
import type { Exchange, LoginRule } from '../../core/serve/index.js'
import { type Refusal, refuseSocket } from '../local/refusal.js'

/** What a client says at most in one message: 3000 tokens are 33 KB. */
const REQUEST_BYTES_MAX = 256 * 1024

/** What clients log in with. Made up for this server; what a client sends instead may be a real token and is never told, not even its length. */
export interface ServeLogin {
  readonly api_key: string
  readonly access_token: string
}

export interface LoginSetup {
  readonly login: ServeLogin
  /** Sockets at a time. */
  readonly connections: number
  readonly exchange: Exchange
  /** Awaited before anything is looked at. */
  admission(): Promise<void>
  onClient(websocket: WebSocket, request: IncomingMessage, hears_time: boolean): void
  onRefused(status: number | 'hang'): void
}

/** The door of the server: upgrades with Kite's query, answered as Kite does. Host and Origin have been checked before. */
export function loginDoor(setup: LoginSetup): (request: IncomingMessage, socket: Duplex, head: Buffer) => Promise<void> {
  // Kite compresses nothing, whatever is offered.
  const server = new WebSocketServer({
    noServer: true,
    clientTracking: false,
    perMessageDeflate: false,
    maxPayload: REQUEST_BYTES_MAX,
  })
  server.on('headers', (headers, request) => {
    if (hearsTime(request)) headers.push(`${RECORDED_TIME_HEADER}: 1`)
  })
  return async (request, socket, head) => {
    const onEarlyError = (): void => {} // gone before it was let in
    socket.on('error', onEarlyError)
    await setup.admission()
    if (socket.destroyed) return
    const status = statusOf(request, setup)
    if (status !== undefined) {
      setup.onRefused(status)
      if (status === 'hang') {
        // Nothing is said; read on, to see it leave.
        socket.on('end', () => socket.destroy())
        socket.resume()
      } else refuseSocket(socket, refusalOf(status))
      return
    }
    server.handleUpgrade(request, socket, head, (websocket) => {
      socket.off('error', onEarlyError)
      setup.onClient(websocket, request, hearsTime(request))
    })
  }
}

const hearsTime = ({ headers }: IncomingMessage): boolean => headers[RECORDED_TIME_HEADER] === '1'

/** Undefined: let it in. */
function statusOf({ url }: IncomingMessage, { login, connections, exchange }: LoginSetup): number | 'hang' | undefined {
  const query = new URLSearchParams((url ?? '').split('?')[1] ?? '')
  if (!isSame(query.get('api_key'), login.api_key)) return 403
  const rule = exchange.login()
  const access_token = accessTokenOf(rule, login)
  if (access_token === undefined || !isSame(query.get('access_token'), access_token)) return 403
  if (rule.kind === 'refused') return rule.status
  return exchange.lines.length >= connections ? 429 : undefined
}

const accessTokenOf = (rule: LoginRule, { access_token }: ServeLogin): string | undefined =>
  rule.kind === 'expired' ? rule.access_token : access_token

/** Takes the same time whatever is wrong. */
const isSame = (found: string | null, expected: string): boolean =>
  timingSafeEqual(digest(found ?? ''), digest(expected)) && found !== null

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()

function refusalOf(status: number): Refusal {
  if (status === 403)
    return {
      status,
      code: 'login_refused',
      message: 'Expected the api_key and access_token of this server, which are not those of Kite.',
    }
  if (status === 429)
    return { status, code: 'too_many_connections', message: 'This api_key has all the connections it may have.' }
  return { status, code: 'planned_fault', message: 'A planned fault: the server fails at login.' }
}
