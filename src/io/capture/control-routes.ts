import { CONNECTIONS_MAX, FEED_MODES, type FeedMode, TOKENS_PER_CONNECTION_MAX } from '../../core/feed/index.js'
import { JsonValue } from '../../core/market/index.js'
import type { Reply, Route } from '../local/local-server.js'
import { METRICS_TYPE, metricsText } from './metrics.js'
import type { CaptureStatus } from './status.js'

/** What can be asked of a running capture. A wish that can't be met throws an MdsError and changes nothing. */
export interface CaptureControl {
  status(): CaptureStatus
  /** Mode undefined: that of the profile for new instruments; those subscribed already keep theirs. */
  subscribe(tokens: readonly number[], mode: FeedMode | undefined): void
  unsubscribe(tokens: readonly number[]): void
  setMode(mode: FeedMode, tokens: readonly number[]): void
  /** Begins to stop; returns at once. */
  stop(): void
  /** Tokens of symbols (`RELIANCE`, `NSE:RELIANCE`), all of them or an MdsError. Absent where no instrument master is at hand. */
  tokensOf?(symbols: readonly string[]): readonly number[]
}

const TOKENS_MAX = CONNECTIONS_MAX * TOKENS_PER_CONNECTION_MAX
const TOKEN_MAX = 0xffff_ffff
const TROUBLED = 503

/** The HTTP API of a capture; docs/control.md has the table. */
export function captureRoutes(control: CaptureControl): Route[] {
  return [
    { method: 'GET', path: '/health', open: true, handle: () => healthReply(control.status()) },
    { method: 'GET', path: '/status', open: true, handle: () => ({ json: control.status() }) },
    {
      method: 'GET',
      path: '/metrics',
      open: true,
      handle: () => ({ text: metricsText(control.status()), type: METRICS_TYPE }),
    },
    {
      method: 'POST',
      path: '/subscriptions',
      handle: (body) => {
        const { tokens, mode } = wishOf(body, control)
        control.subscribe(tokens, mode)
        return countsReply(control)
      },
    },
    {
      method: 'POST',
      path: '/subscriptions/remove',
      handle: (body) => {
        control.unsubscribe(wishOf(body, control, ['tokens', 'symbols']).tokens)
        return countsReply(control)
      },
    },
    {
      method: 'POST',
      path: '/mode',
      handle: (body) => {
        const { tokens, mode } = wishOf(body, control)
        control.setMode(mode ?? bodyValue(body).fail('an object with the key "mode"'), tokens)
        return countsReply(control)
      },
    },
    {
      method: 'POST',
      path: '/stop',
      handle: (body) => {
        bodyValue(body).fields([])
        control.stop()
        return { json: { stopping: true }, status: 202 }
      },
    },
  ]
}

const healthReply = ({ health, problems }: CaptureStatus): Reply => ({
  json: { health, problems },
  status: health === 'running' ? 200 : TROUBLED,
})

function countsReply(control: CaptureControl): Reply {
  const { subscriptions } = control.status()
  const instruments = Object.values(subscriptions).reduce((sum, count) => sum + count, 0)
  return { json: { instruments, subscriptions } }
}

const WISH_KEYS = ['tokens', 'symbols', 'mode'] as const
type WishKey = (typeof WISH_KEYS)[number]

interface Wish {
  /** Each once, in the order given. */
  readonly tokens: readonly number[]
  readonly mode: FeedMode | undefined
}

function wishOf(body: unknown, control: CaptureControl, keys: readonly WishKey[] = WISH_KEYS): Wish {
  const value = bodyValue(body)
  const fields = value.fields<never, WishKey>([], keys)
  const tokens = fields.maybe('tokens')
  const symbols = fields.maybe('symbols')
  if (tokens === undefined && symbols === undefined) value.fail('an object with the key "tokens" or "symbols"')
  const wanted = [
    ...(tokens === undefined ? [] : tokenList(tokens)),
    ...(symbols === undefined ? [] : symbolList(symbols, control)),
  ]
  return { tokens: [...new Set(wanted)], mode: fields.maybe('mode')?.oneOf(FEED_MODES) }
}

function tokenList(value: JsonValue): number[] {
  return listOf(value).map((token) => token.integer(1, TOKEN_MAX))
}

function symbolList(value: JsonValue, control: CaptureControl): readonly number[] {
  const symbols = listOf(value).map((symbol) => symbol.string())
  return control.tokensOf?.(symbols) ?? value.fail('tokens instead of symbols: this capture has no instrument master')
}

function listOf(value: JsonValue): JsonValue[] {
  const list = value.list()
  if (list.length === 0 || list.length > TOKENS_MAX) value.fail(`a list of 1 to ${TOKENS_MAX}`)
  return list
}

const bodyValue = (body: unknown): JsonValue => new JsonValue(body, { file: 'The request', error_code: 'bad_request' })
