import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import { isIPv6, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { assert } from '../../core/assert.js'
import { EXIT, MdsError, usageError } from '../../core/errors.js'
import { bearerCheck, gateRefusal, isLoopback } from './gate.js'
import { readJsonBody } from './json-body.js'
import {
  NO_TOKEN,
  NOT_JSON,
  NOT_JSON_TYPE,
  notFound,
  type Refusal,
  refusalOfBadRequest,
  refusalOfError,
  refuseSocket,
  send,
  sendRefusal,
  tooLarge,
  wrongMethod,
} from './refusal.js'

export interface Route {
  readonly method: 'GET' | 'POST'
  readonly path: string
  /** Needs no token while the server is on loopback. For what only tells. */
  readonly open?: true
  /**
   * `body`: JSON of a POST, of any shape; `{}` when there is none. An MdsError is the caller's to mend and is answered with its words; any other
   * error is a 500.
   */
  handle(body: unknown): Promise<Reply> | Reply
}

export type Reply = { readonly json: unknown; readonly status?: number } | { readonly text: string; readonly type: string }

export interface LocalServerSetup {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  /** Only when the user asked for it by a flag may `host` be beyond loopback; then every route needs the token. */
  readonly allow_remote?: boolean
  /** Names besides those of loopback that a Host header may carry, with or without a port. */
  readonly allowed_hosts?: readonly string[]
  readonly allowed_origins?: readonly string[]
  readonly token: string
  readonly routes: readonly Route[]
  readonly limits?: Partial<ServerLimits>
  /** For WebSockets. Host and Origin have been checked, nothing else. */
  onUpgrade?(request: IncomingMessage, socket: Duplex, head: Buffer): void
  /** A handler threw what is no MdsError. The process goes on. */
  onFailure?(path: string, error: unknown): void
}

/** What clients can take from the program that serves them. */
export interface ServerLimits {
  /** WebSockets included; whoever comes later is cut off at once. */
  readonly connections: number
  readonly body_bytes: number
  readonly header_bytes: number
  /** To send the headers; to send the whole request; nothing said and nothing read. */
  readonly headers_ms: number
  readonly request_ms: number
  readonly idle_ms: number
}

export interface LocalServer {
  readonly url: string
  readonly host: string
  readonly port: number
  /** Answers on their way are sent; half a second later whoever is still connected is cut off. */
  close(): Promise<void>
}

const LIMITS: ServerLimits = {
  connections: 128,
  body_bytes: 64 * 1024,
  header_bytes: 16 * 1024,
  headers_ms: 5_000,
  request_ms: 10_000,
  idle_ms: 30_000,
}
const TOKEN_CHARS_MIN = 32
const CLOSE_GRACE_MS = 500

/** HTTP for programs on this machine. Whatever its clients do, the program that serves them goes on. */
export async function openLocalServer(setup: LocalServerSetup): Promise<LocalServer> {
  assert(setup.token.length >= TOKEN_CHARS_MIN, 'a local server has a token that nobody can guess')
  if (!isLoopback(setup.host) && setup.allow_remote !== true)
    throw usageError(
      'not_loopback',
      `Expected an address of this machine only (127.0.0.1 or ::1), found ${setup.host}: others could see and steer this run.`,
      'ssh -N -L PORT:127.0.0.1:PORT USER@THIS_MACHINE, on the other one',
    )
  const limits = { ...LIMITS, ...setup.limits }
  const server = createServer({
    maxHeaderSize: limits.header_bytes,
    headersTimeout: limits.headers_ms,
    requestTimeout: limits.request_ms,
    connectionsCheckingInterval: Math.ceil(limits.headers_ms / 5),
  })
  server.maxConnections = limits.connections
  server.timeout = limits.idle_ms
  const port = await listening(server, setup)
  const context = contextOf(setup, port, limits)
  server.on(
    'request',
    oneAtATime((request, response) => void answer(request, response, context)),
  )
  server.on('clientError', (error, socket) => refuseSocket(socket, refusalOfBadRequest(error)))
  if (setup.onUpgrade !== undefined) server.on('upgrade', (...upgrade) => onUpgrade(upgrade, context))
  return { url: `http://${urlHost(setup.host)}:${port}`, host: setup.host, port, close: closer(server) }
}

async function listening(server: Server, { host, port }: LocalServerSetup): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(listenError(error, host, port)))
    server.listen({ host: host === 'localhost' ? '127.0.0.1' : host.replace(/^\[(.*)\]$/, '$1'), port }, resolve)
  })
  // Without a file descriptor left for a client, accepting fails: the client's misfortune, never the end of the process.
  server.on('error', () => {})
  const address = server.address()
  assert(typeof address === 'object' && address !== null, 'a server that listens has an address')
  return address.port
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE')
    return new MdsError('port_taken', {
      message: `Port ${port} of ${host} is taken by another program.`,
      suggestions: ['Another port, or 0 for any free one', 'mds ctl status'],
      exitCode: EXIT.usage,
    })
  if (error.code === undefined) return error
  return new MdsError('cannot_listen', {
    message: `Can't listen on port ${port} of ${host}: ${error.code}.`,
    suggestions: ['An address of this machine, such as 127.0.0.1, and a port above 1023'],
    exitCode: EXIT.usage,
  })
}

/** In URLs IPv6 stands in brackets, and whoever listens everywhere is reached on loopback. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1'
  if (host === '::') return '[::1]'
  return isIPv6(host) ? `[${host}]` : host
}

function closer(server: Server): () => Promise<void> {
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  return () =>
    new Promise((resolve) => {
      const cut = setTimeout(() => {
        for (const socket of sockets) socket.destroy()
      }, CLOSE_GRACE_MS)
      server.close(() => {
        clearTimeout(cut)
        resolve()
      })
      server.closeIdleConnections()
    })
}

type Handler = (request: IncomingMessage, response: ServerResponse) => void

/** Who asks on without reading would have a thousand answers made from one piece of input: no client does that, so it is cut off. */
function oneAtATime(handle: Handler): Handler {
  const busy = new WeakSet<Socket>()
  return (request, response) => {
    const { socket } = request
    if (busy.has(socket)) {
      socket.destroy()
      return
    }
    busy.add(socket)
    response.on('finish', () => busy.delete(socket))
    handle(request, response)
  }
}

interface Context {
  readonly setup: LocalServerSetup
  readonly body_bytes: number
  readonly is_local: boolean
  refusalOf(request: IncomingMessage): Refusal | undefined
  hasToken(request: IncomingMessage): boolean
}

function contextOf(setup: LocalServerSetup, port: number, { body_bytes }: ServerLimits): Context {
  const { host, allowed_hosts = [], allowed_origins = [] } = setup
  const rules = { hosts: [...allowed_hosts, `${urlHost(host)}:${port}`], origins: allowed_origins }
  const isBearer = bearerCheck(setup.token)
  return {
    setup,
    body_bytes,
    is_local: isLoopback(host),
    refusalOf: (request) => gateRefusal(request, port, rules),
    hasToken: ({ headers }) => isBearer(headers.authorization),
  }
}

function onUpgrade([request, socket, head]: [IncomingMessage, Duplex, Buffer], { setup, refusalOf }: Context): void {
  const refusal = refusalOf(request)
  if (refusal !== undefined) {
    refuseSocket(socket, refusal)
    return
  }
  // A long conversation has limits of its own.
  request.socket.setTimeout(0)
  setup.onUpgrade?.(request, socket, head)
}

async function answer(request: IncomingMessage, response: ServerResponse, context: Context): Promise<void> {
  response.on('error', () => {}) // whoever asked has gone
  const path = request.url?.split('?')[0] ?? ''
  try {
    const found = routeOf(request, path, context)
    const reply = 'code' in found ? found : await replyOf(found, request, context)
    if (response.destroyed) return
    if ('code' in reply) sendRefusal(response, reply)
    else if ('text' in reply) send(response, { status: 200, ...reply })
    else send(response, { status: reply.status ?? 200, type: 'application/json', text: `${JSON.stringify(reply.json)}\n` })
  } catch (error) {
    if (!response.headersSent && !response.destroyed) sendRefusal(response, refusalOfError(error))
    if (!(error instanceof MdsError)) context.setup.onFailure?.(path, error)
  }
}

function routeOf(request: IncomingMessage, path: string, { setup, is_local, refusalOf, hasToken }: Context): Route | Refusal {
  const refusal = refusalOf(request)
  if (refusal !== undefined) return refusal
  if (!is_local && !hasToken(request)) return NO_TOKEN
  const here = setup.routes.filter((route) => route.path === path)
  if (here.length === 0) return notFound(setup.routes.map((route) => route.path))
  const method = request.method === 'HEAD' ? 'GET' : request.method
  const route = here.find((one) => one.method === method)
  if (route === undefined) return wrongMethod(here.map((one) => one.method))
  return route.open === true || hasToken(request) ? route : NO_TOKEN
}

async function replyOf(route: Route, request: IncomingMessage, { body_bytes }: Context): Promise<Reply | Refusal> {
  if (route.method === 'GET') return route.handle(undefined)
  if (!/^application\/json\s*(;|$)/i.test(request.headers['content-type'] ?? '')) return NOT_JSON_TYPE
  const body = await readJsonBody(request, body_bytes)
  if (body.kind === 'too_large') return tooLarge(body_bytes)
  return body.kind === 'not_json' ? NOT_JSON : route.handle(body.value)
}
