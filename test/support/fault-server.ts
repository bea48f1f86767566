import { createHash } from 'node:crypto'
import { createServer, type IncomingMessage, type Server } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'
import { onTestFinished } from 'vitest'

export const OPCODE = { continuation: 0, text: 1, binary: 2, close: 8, ping: 9, pong: 10 } as const

/** One WebSocket frame, as right or as wrong as wanted. */
export function frame(
  opcode: number,
  payload: Uint8Array = new Uint8Array(),
  { fin = true, rsv = 0, mask = false, declared = payload.length } = {},
): Buffer {
  const head = [(fin ? 0x80 : 0) | (rsv << 4) | opcode]
  const masked = mask ? 0x80 : 0
  if (declared < 126) head.push(masked | declared)
  else if (declared < 0x10000) head.push(masked | 126, declared >> 8, declared & 255)
  else head.push(masked | 127, 0, 0, 0, 0, declared >>> 24, (declared >> 16) & 255, (declared >> 8) & 255, declared & 255)
  return Buffer.concat([Buffer.from(head), Buffer.from(mask ? [0, 0, 0, 0] : []), payload])
}

export const closeFrame = (code: number, reason = ''): Buffer =>
  frame(OPCODE.close, Buffer.concat([Buffer.from([code >> 8, code & 255]), Buffer.from(reason)]))

/** What the server makes of a login. */
export type Answer = 'accept' | 'hang' | 'reset' | number

/** One login, accepted or not, as a server sees it: bytes on a socket. Nothing of `ws` is in here. */
export class FaultClient {
  readonly socket: Socket
  readonly api_key: string | null
  readonly access_token: string | null
  readonly headers: IncomingMessage['headers']
  readonly texts: string[] = []
  readonly pongs: Buffer[] = []
  pings = 0
  /** Answers no pings. */
  mute = false
  /** Keeps the TCP connection after a good-bye. */
  lingers = false
  close_code: number | undefined
  /** Mode by token, by Kite's rules. */
  readonly subscribed = new Map<number, string>()
  #pending: Buffer = Buffer.alloc(0)

  constructor(socket: Socket, request: IncomingMessage) {
    const { searchParams } = new URL(request.url ?? '/', 'ws://server')
    this.socket = socket
    this.headers = request.headers
    this.api_key = searchParams.get('api_key')
    this.access_token = searchParams.get('access_token')
    socket.on('error', () => undefined)
    // Sockets of an HTTP server stay half open otherwise.
    socket.on('end', () => {
      if (!this.lingers) socket.end()
    })
  }

  /** `close` is not always told: not of a socket that is reset while its end is on the way. */
  get gone(): boolean {
    return this.socket.destroyed
  }

  binary(...payloads: Uint8Array[]): void {
    for (const payload of payloads) this.raw(frame(OPCODE.binary, payload))
  }

  text(text: string): void {
    this.raw(frame(OPCODE.text, Buffer.from(text)))
  }

  raw(bytes: Uint8Array): void {
    this.socket.write(bytes)
  }

  accept(request: IncomingMessage, more: string): void {
    const key = createHash('sha1').update(`${request.headers['sec-websocket-key']}258EAFA5-E914-47DA-95CA-C5AB0DC85B11`)
    const answer = key.digest('base64')
    this.raw(
      Buffer.from(
        `HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: ${answer}\r\n${more}\r\n`,
      ),
    )
    this.socket.on('data', (bytes) => this.#heard(bytes))
  }

  #heard(bytes: Buffer): void {
    this.#pending = Buffer.concat([this.#pending, bytes])
    for (let one = this.#next(); one !== undefined; one = this.#next()) this.#take(one.opcode, one.payload)
  }

  /** The next frame of the client, which is always masked and never in parts. */
  #next(): { opcode: number; payload: Buffer } | undefined {
    const pending = this.#pending
    if (pending.length < 2) return undefined
    const short = (pending[1] ?? 0) & 127
    const extra = short === 126 ? 2 : short === 127 ? 8 : 0
    if (pending.length < 2 + extra) return undefined
    const length = extra === 0 ? short : extra === 2 ? pending.readUInt16BE(2) : Number(pending.readBigUInt64BE(2))
    const at = 2 + extra + 4
    if (pending.length < at + length) return undefined
    const mask = pending.subarray(at - 4, at)
    const payload = Buffer.from(pending.subarray(at, at + length).map((byte, index) => byte ^ (mask[index & 3] ?? 0)))
    this.#pending = pending.subarray(at + length)
    return { opcode: (pending[0] ?? 0) & 15, payload }
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.close) {
      this.close_code = payload.length >= 2 ? payload.readUInt16BE(0) : 1005
      if (!this.lingers) this.socket.end()
    } else if (opcode === OPCODE.pong) this.pongs.push(payload)
    else if (opcode === OPCODE.ping) {
      this.pings++
      if (!this.mute) this.raw(frame(OPCODE.pong, payload))
    } else if (opcode === OPCODE.text) this.#request(payload.toString())
  }

  #request(text: string): void {
    this.texts.push(text)
    const { a, v } = JSON.parse(text)
    for (const token of a === 'mode' ? v[1] : v) {
      if (a === 'unsubscribe') this.subscribed.delete(token)
      else this.subscribed.set(token, a === 'mode' ? v[0] : 'quote')
    }
  }
}

/** A Kite ticker that misbehaves on demand, on a port of this machine; gone when the test is over. */
export class FaultServer {
  /** Every login, in order. */
  readonly logins: FaultClient[] = []
  /** Of the next logins; when it is empty, `otherwise`. */
  readonly answers: Answer[] = []
  otherwise: Answer | ((client: FaultClient) => Answer) = 'accept'
  /** More lines of the answer to a login, each with its line end. */
  more_headers = ''
  onAccepted: (client: FaultClient) => void = () => undefined
  readonly #server: Server

  private constructor(server: Server) {
    this.#server = server
    server.on('upgrade', (request: IncomingMessage, socket: Socket) => this.#login(request, socket))
  }

  static async start(): Promise<FaultServer> {
    // A replay tells its state here; a ticker has no pages.
    const server = createServer((_, response) => response.writeHead(404).end())
    const faults = new FaultServer(server)
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    onTestFinished(() => {
      for (const { socket } of faults.logins) socket.destroy()
      server.close()
    })
    return faults
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): string {
    return `ws://127.0.0.1:${this.port}`
  }

  /** Accepted and not gone. */
  get live(): FaultClient[] {
    return this.logins.filter(({ gone }) => !gone)
  }

  #login(request: IncomingMessage, socket: Socket): void {
    const client = new FaultClient(socket, request)
    this.logins.push(client)
    const planned = this.answers.shift() ?? this.otherwise
    const answer = typeof planned === 'function' ? planned(client) : planned
    if (answer === 'hang') {
      socket.resume()
      return
    }
    if (answer === 'reset') socket.resetAndDestroy()
    else if (answer === 'accept') {
      client.accept(request, this.more_headers)
      this.onAccepted(client)
    } else socket.end(`HTTP/1.1 ${answer} No\r\n${this.more_headers}Content-Length: 9\r\nConnection: close\r\n\r\nnot today`)
  }
}
