import type { IncomingMessage } from 'node:http'

export type HandshakeOutcome =
  /** `server_ms`: what the server's Date header says; undefined without one. */
  | { readonly kind: 'open'; readonly took_ms: number; readonly server_ms: number | undefined }
  | { readonly kind: 'refused'; readonly status: number }
  /** `code`: of the operating system or of TLS. The sentences of libraries are not shown: they may quote the URL. */
  | { readonly kind: 'failed'; readonly code: string }

const TIMEOUT_MS = 10_000
/** 3000 full packets are 0.6 MB. */
const MESSAGE_BYTES_MAX = 8 * 1024 * 1024

/** Opens a socket and closes it again. `socket_url` carries key and token: it goes to the socket and nowhere else. */
export async function tryHandshake(socket_url: string): Promise<HandshakeOutcome> {
  const { WebSocket } = await import('ws')
  const began_ms = performance.now()
  return new Promise((resolve) => {
    const socket = new WebSocket(socket_url, {
      handshakeTimeout: TIMEOUT_MS,
      followRedirects: false,
      perMessageDeflate: false,
      maxPayload: MESSAGE_BYTES_MAX,
      headers: { 'X-Kite-Version': '3' },
    })
    let server_ms: number | undefined
    socket.on('upgrade', (response: IncomingMessage) => {
      server_ms = dateOf(response)
    })
    socket.on('open', () => {
      resolve({ kind: 'open', took_ms: performance.now() - began_ms, server_ms })
      socket.terminate()
    })
    socket.on('unexpected-response', (_request, response: IncomingMessage) => {
      resolve({ kind: 'refused', status: response.statusCode ?? 0 })
      response.destroy()
    })
    socket.on('error', (error: Error) => resolve({ kind: 'failed', code: codeOf(error) }))
  })
}

function dateOf({ headers }: IncomingMessage): number | undefined {
  const date_ms = headers.date === undefined ? Number.NaN : Date.parse(headers.date)
  return Number.isNaN(date_ms) ? undefined : date_ms
}

function codeOf(error: Error): string {
  if ('code' in error && typeof error.code === 'string') return error.code
  return /timed out/.test(error.message) ? 'ETIMEDOUT' : 'NOT_A_WEBSOCKET'
}
