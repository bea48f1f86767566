import type { IncomingMessage } from 'node:http'
import type { LookupFunction } from 'node:net'
import { type ClientOptions, WebSocket } from 'ws'
import { RECORDED_TIME_HEADER } from '../../core/feed/index.js'
import { RECORD_MESSAGE_BYTES_MAX } from '../../core/recording/index.js'
import type { FeedEndpoint } from './feed-endpoint.js'
import type { FeedSocket, OpenSocket, SocketEnd, SocketListener } from './feed-socket.js'

export interface KiteSocketSetup {
  readonly endpoint: Pick<FeedEndpoint, 'url' | 'is_kite'>
  /** Told to the server as `mds/<version>`. */
  readonly version: string
  readonly handshake_ms: number
  /** How names become addresses; the system's way when absent. */
  readonly lookup?: LookupFunction
}

/** A server that has said good-bye is to end the TCP connection too. `ws` would wait 30 s for it, and nothing is recorded meanwhile. */
const CLOSE_MS = 300
const NORMAL_CLOSURE = 1000
const ABNORMAL_CLOSURE = 1006
/** What we close with when the server broke the protocol; ws says 1006 where the server does not answer it. */
const CODE_OF_ERROR: Readonly<Record<string, number>> = {
  WS_ERR_UNSUPPORTED_MESSAGE_LENGTH: 1009,
  WS_ERR_UNSUPPORTED_DATA_PAYLOAD_LENGTH: 1009,
  WS_ERR_TOO_MANY_BUFFERED_PARTS: 1008,
  WS_ERR_INVALID_UTF8: 1007,
}
const PROTOCOL_ERROR = 1002

/** Opens real sockets. The URL of each holds both secrets: it is shown nowhere, and no error of `ws` or Node is passed on with its own words. */
export function kiteSockets({ endpoint, version, handshake_ms, lookup }: KiteSocketSetup): OpenSocket {
  const headers = {
    'X-Kite-Version': '3',
    'User-Agent': `mds/${version}`,
    ...(endpoint.is_kite ? {} : { [RECORDED_TIME_HEADER]: '1' }),
  }
  // The types of `ws` do not know `closeTimeout` yet.
  const options: ClientOptions & { closeTimeout: number } = {
    headers,
    handshakeTimeout: handshake_ms,
    closeTimeout: CLOSE_MS,
    maxPayload: RECORD_MESSAGE_BYTES_MAX,
    perMessageDeflate: false,
    followRedirects: false,
    // Said aloud, so that NODE_TLS_REJECT_UNAUTHORIZED=0 in some environment does not undo it.
    rejectUnauthorized: true,
    autoPong: false,
    ...(lookup === undefined ? {} : { lookup }),
  }
  return (credentials, listener) => new KiteSocket(new WebSocket(credentials.socketUrl(endpoint.url), options), listener)
}

class KiteSocket implements FeedSocket {
  readonly #socket: WebSocket
  readonly #listener: SocketListener
  #response: IncomingMessage | undefined
  #opened = false
  #ended = false
  #owed_pong: Uint8Array | undefined

  constructor(socket: WebSocket, listener: SocketListener) {
    this.#socket = socket
    this.#listener = listener
    socket.on('upgrade', (response) => {
      this.#response = response
    })
    socket.on('open', () => {
      this.#opened = true
      if (!this.#ended) listener.onOpen(this.#response?.headers[RECORDED_TIME_HEADER] !== undefined)
    })
    socket.on('message', (message, is_binary) => {
      // `ws` hands out Buffers unless told otherwise.
      const bytes = message as Buffer
      if (this.#ended) return
      if (is_binary) listener.onBinary(bytes)
      else listener.onText(bytes.toString('utf8'))
    })
    socket.on('ping', (payload) => this.#pinged(payload))
    socket.on('pong', () => {
      if (!this.#ended) listener.onPong()
    })
    socket.on('unexpected-response', (request, response) => {
      request.destroy()
      this.#end({ end: 'refused', status: response.statusCode ?? 0 })
    })
    socket.on('error', (error: NodeJS.ErrnoException) => this.#failed(error))
    socket.on('close', (code, reason) => this.#end({ end: 'closed', code, reason: reason.toString('utf8') }))
  }

  get bytesRead(): number {
    return this.#response?.socket.bytesRead ?? 0
  }

  send(text: string): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.send(text)
  }

  ping(): void {
    if (this.#socket.readyState === WebSocket.OPEN) this.#socket.ping()
  }

  pause(): void {
    this.#socket.pause()
  }

  resume(): void {
    this.#socket.resume()
  }

  close(): void {
    this.#socket.close(NORMAL_CLOSURE)
  }

  terminate(): void {
    this.#ended = true
    this.#socket.terminate()
  }

  /**
   * Answered once a turn, with the newest payload, as RFC 6455 5.5.3 allows: a replay announces times with pings, thousands a second at full
   * speed, and `ws` ends a connection when 60 of its automatic pongs wait.
   */
  #pinged(payload: Uint8Array): void {
    if (this.#ended) return
    if (this.#owed_pong === undefined) setImmediate(() => this.#pong())
    this.#owed_pong = Uint8Array.from(payload)
    this.#listener.onPing(payload)
  }

  #pong(): void {
    const payload = this.#owed_pong
    this.#owed_pong = undefined
    if (payload !== undefined && this.#socket.readyState === WebSocket.OPEN) this.#socket.pong(payload)
  }

  #failed(error: NodeJS.ErrnoException): void {
    const { code = '' } = error
    if (this.#opened && code.startsWith('WS_ERR_'))
      this.#end({ end: 'closed', code: CODE_OF_ERROR[code] ?? PROTOCOL_ERROR, reason: `the server broke the protocol: ${code}` })
    else if (this.#opened) this.#end({ end: 'closed', code: ABNORMAL_CLOSURE, reason: code })
    else this.#end({ end: 'failed', detail: failureOf(error) })
    this.#socket.terminate()
  }

  #end(end: SocketEnd): void {
    if (this.#ended) return
    this.#ended = true
    this.#listener.onEnd(end)
  }
}

/** A word for people and the code for those who search; never the words of the error, which may hold the URL. */
function failureOf({ code, message }: NodeJS.ErrnoException): string {
  if (code === undefined)
    return message === 'Opening handshake has timed out' ? 'the handshake was not answered in time' : 'no WebSocket there'
  const words = FAILURES[code]
  return words === undefined ? code : `${words} (${code})`
}

const FAILURES: Readonly<Record<string, string>> = {
  ENOTFOUND: 'no such host',
  EAI_AGAIN: 'the name server does not answer',
  ECONNREFUSED: 'nobody listens there',
  ECONNRESET: 'the connection was reset',
  ETIMEDOUT: 'the host does not answer',
  EHOSTUNREACH: 'no way to the host',
  ENETUNREACH: 'no network',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'the certificate is self-signed',
  SELF_SIGNED_CERT_IN_CHAIN: 'the certificate is self-signed',
  CERT_HAS_EXPIRED: 'the certificate has expired',
}
