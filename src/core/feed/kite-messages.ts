/** What a Kite client says, as JSON text (Kite Connect v3, "WebSocket streaming"). Both sides of the protocol use this file. */
export type FeedMode = 'ltp' | 'quote' | 'full'
export const FEED_MODES: readonly FeedMode[] = ['ltp', 'quote', 'full']

export type ClientRequest =
  | { readonly action: 'subscribe' | 'unsubscribe'; readonly tokens: readonly number[] }
  | { readonly action: 'mode'; readonly mode: FeedMode; readonly tokens: readonly number[] }

/** Kite's limits. */
export const CONNECTIONS_MAX = 3
export const TOKENS_PER_CONNECTION_MAX = 3000

/** Request as text; tokens are JSON numbers: quoted ones get nothing but heartbeats. */
export function encodeRequest(request: ClientRequest): string {
  if (request.action === 'mode') return JSON.stringify({ a: 'mode', v: [request.mode, request.tokens] })
  return JSON.stringify({ a: request.action, v: request.tokens })
}

/** What a server makes of a text; undefined when it is none of these. Tokens that are no unsigned 32-bit numbers are left out. */
export function decodeRequest(text: string): ClientRequest | undefined {
  const { a, v } = (parsed(text) ?? {}) as { a?: unknown; v?: unknown }
  if (!Array.isArray(v)) return undefined
  if (a === 'subscribe' || a === 'unsubscribe') return { action: a, tokens: tokensOf(v) }
  const mode = FEED_MODES.find((word) => word === v[0])
  return a === 'mode' && mode !== undefined && Array.isArray(v[1]) ? { action: 'mode', mode, tokens: tokensOf(v[1]) } : undefined
}

/** What a server says in text. `type` is undefined for text that is no object with one. */
export interface ServerText {
  readonly type: string | undefined
  readonly data: unknown
}

/** Never throws, whatever the text holds. */
export function decodeServerText(text: string): ServerText {
  const value = parsed(text)
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return { type: undefined, data: undefined }
  const { type, data } = value as { type?: unknown; data?: unknown }
  return { type: typeof type === 'string' ? type : undefined, data }
}

const tokensOf = (values: readonly unknown[]): number[] =>
  values.filter(
    (value): value is number => typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 0xffffffff,
  )

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
