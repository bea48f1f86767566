import { usageError } from '../../core/errors.js'

/** Where Kite's ticker listens. */
export const KITE_URL = 'wss://ws.kite.trade'

/**
 * The address of a feed, without credentials. Throws an MdsError when the connection would not be encrypted and leaves this machine.
 * The text may hold secrets of its own in its query: no message repeats more of it than scheme and host.
 */
export function feedUrl(text: string, options: { force_insecure: boolean }): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined
  if (url === undefined || (url.protocol !== 'wss:' && url.protocol !== 'ws:'))
    throw usageError('bad_feed_url', 'The address of the feed is not a WebSocket URL.', `Expected something like ${KITE_URL}`)
  if (url.username !== '' || url.password !== '')
    throw usageError('bad_feed_url', `The address of the feed at ${url.host} holds a user or a password.`, 'Leave them out.')
  if (url.protocol === 'ws:' && !isLoopback(url.hostname) && !options.force_insecure)
    throw usageError(
      'insecure_feed',
      `ws://${url.host} would send the access token unencrypted over the network.`,
      `Use wss://${url.host}, or --force-insecure if you know the network.`,
    )
  url.hash = ''
  return url
}

/** Kite's own hosts are not told of what only mds understands. */
export const isKite = ({ hostname }: URL): boolean => hostname === 'kite.trade' || hostname.endsWith('.kite.trade')

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' || hostname === '[::1]' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(hostname)
