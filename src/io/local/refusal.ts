import { type OutgoingHttpHeaders, type ServerResponse, STATUS_CODES } from 'node:http'
import type { Duplex } from 'node:stream'
import { EXIT, MdsError } from '../../core/errors.js'

/** Why a request gets nothing; sent as `{"error":{"code","message","try"}}`. */
export interface Refusal {
  readonly status: number
  readonly code: string
  readonly message: string
  readonly try?: readonly string[]
  readonly headers?: Readonly<Record<string, string>>
}

export const NO_TOKEN: Refusal = {
  status: 401,
  code: 'no_token',
  message: 'Expected the header "authorization: Bearer TOKEN" with the token of this run.',
  try: ['mds ctl status'],
  headers: { 'www-authenticate': 'Bearer' },
}
export const NOT_JSON_TYPE: Refusal = {
  status: 415,
  code: 'not_json',
  message: 'Expected the header "content-type: application/json".',
}
export const NOT_JSON: Refusal = { status: 400, code: 'not_json', message: 'Expected a body of JSON in UTF-8.' }
export const INTERNAL: Refusal = { status: 500, code: 'internal', message: 'A bug in mds; the program goes on.' }

export const tooLarge = (bytes_max: number): Refusal => ({
  status: 413,
  code: 'too_large',
  message: `Expected a body of at most ${bytes_max} bytes.`,
  // What is left of it is not read.
  headers: { connection: 'close' },
})

export const notFound = (paths: readonly string[]): Refusal => ({
  status: 404,
  code: 'not_found',
  message: `There is no such path: expected ${[...new Set(paths)].join(', ')}.`,
})

export const wrongMethod = (methods: readonly string[]): Refusal => ({
  status: 405,
  code: 'wrong_method',
  message: `Expected ${methods.join(' or ')}.`,
  headers: { allow: methods.join(', ') },
})

/** What the caller can mend is told; our own bugs are not shown to whoever asks. */
export function refusalOfError(error: unknown): Refusal {
  if (!(error instanceof MdsError)) return INTERNAL
  return { status: error.exitCode === EXIT.usage ? 400 : 409, code: error.code, message: error.message, try: error.suggestions }
}

/** Bytes that are no HTTP, too many headers, or too slow. */
export function refusalOfBadRequest({ code }: NodeJS.ErrnoException): Refusal {
  if (code === 'HPE_HEADER_OVERFLOW') return { status: 431, code: 'too_large', message: 'Expected fewer or shorter headers.' }
  if (code === 'ERR_HTTP_REQUEST_TIMEOUT') return { status: 408, code: 'too_slow', message: 'The request took too long.' }
  return { status: 400, code: 'bad_request', message: 'Expected a request of HTTP/1.1.' }
}

/** For whatever this server says: nothing of it is a page, or worth keeping. */
const HEADERS: OutgoingHttpHeaders = {
  'cache-control': 'no-store',
  'x-content-type-options': 'nosniff',
  'cross-origin-resource-policy': 'same-origin',
}

export function send(
  response: ServerResponse,
  { status, type, text, headers = {} }: { status: number; type: string; text: string; headers?: OutgoingHttpHeaders },
): void {
  response.writeHead(status, {
    ...HEADERS,
    ...headers,
    'content-type': type,
    'content-length': Buffer.byteLength(text),
  })
  response.end(text)
}

export const sendRefusal = (response: ServerResponse, refusal: Refusal): void =>
  send(response, {
    status: refusal.status,
    type: 'application/json',
    text: bodyOf(refusal),
    headers: { ...refusal.headers },
  })

/** Where there is no response object: upgrades, and what could not be read as a request. */
export function refuseSocket(socket: Duplex, refusal: Refusal): void {
  socket.on('error', () => {})
  if (!socket.writable) {
    socket.destroy()
    return
  }
  const body = bodyOf(refusal)
  const head = [
    `HTTP/1.1 ${refusal.status} ${STATUS_CODES[refusal.status]}`,
    'connection: close',
    'content-type: application/json',
    `content-length: ${Buffer.byteLength(body)}`,
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${body}`, () => socket.destroy())
}

const bodyOf = ({ code, message, try: tries = [] }: Refusal): string =>
  `${JSON.stringify({ error: { code, message, try: tries } })}\n`
