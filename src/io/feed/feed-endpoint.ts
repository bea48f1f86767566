import { usageError } from '../../core/errors.js'

/** Kite's own. */
export const DEFAULT_ENDPOINT = 'wss://ws.kite.trade'

/** Where the feed is. No secret: key and token are added when a socket is opened. */
export interface FeedEndpoint {
  readonly url: string
  /** `ws.kite.trade`, `localhost:8765`: for people. */
  readonly host: string
  /** On this machine: a replay server. */
  readonly loopback: boolean
  /** Kite's own: it is not told, and not asked, what only mds understands. */
  readonly is_kite: boolean
}

export interface EndpointChoice {
  /** `--url`, else `$KITE_WS_URL`, else Kite's own. */
  readonly url: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** Allows `ws://` to other machines. */
  readonly insecure: boolean
}

/** Checks where a capture connects to: encrypted, unless on this machine or forced. A complaint never repeats the URL, which may hold secrets. */
export function feedEndpoint({ url, env, insecure }: EndpointChoice): FeedEndpoint {
  const from_env = env.KITE_WS_URL === undefined || env.KITE_WS_URL === '' ? undefined : env.KITE_WS_URL
  const flag = url !== undefined || from_env === undefined ? '--url' : '$KITE_WS_URL'
  const refuse = (expected: string, found: string): Error =>
    usageError('bad_url', `${flag}: expected ${expected}, found ${found}.`, `--url ${DEFAULT_ENDPOINT}`)
  const parsed = parsedUrl(url ?? from_env ?? DEFAULT_ENDPOINT)
  if (parsed === undefined) throw refuse(`a URL like ${DEFAULT_ENDPOINT}`, 'text that is none')
  const { protocol, host, hostname } = parsed
  if (protocol !== 'ws:' && protocol !== 'wss:') throw refuse('a URL that begins with wss:// or ws://', `${protocol}//`)
  if (parsed.username !== '' || parsed.password !== '' || parsed.search !== '' || parsed.hash !== '')
    throw refuse('a URL without user, password, query and fragment (key and token come from the token file)', 'one that has some')
  const loopback = isLoopback(hostname)
  if (protocol === 'ws:' && !loopback && !insecure)
    throw usageError(
      'insecure_url',
      `${flag}: expected wss:// for ${host}, found ws://, which would send the access token over the network in the clear.`,
      `--url wss://${host}`,
      '--insecure, if nobody can listen on the way',
    )
  return { url: parsed.href, host, loopback, is_kite: hostname === 'kite.trade' || hostname.endsWith('.kite.trade') }
}

function parsedUrl(text: string): URL | undefined {
  try {
    return new URL(text.trim())
  } catch {
    return undefined
  }
}

/** `URL` has brought every spelling of an IPv4 address into the usual one. */
function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127\.\d+\.\d+\.\d+$/.test(hostname)
}
