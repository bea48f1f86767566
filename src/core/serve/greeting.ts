import { formatIso, type TimestampMs } from '../time/index.js'

/** What Kite says to a socket that has just opened, in its words: how many instruments there are, and a time. */
export function greetingTexts({
  instruments,
  now_ms,
}: {
  readonly instruments: number
  readonly now_ms: TimestampMs
}): readonly string[] {
  const etag = `W/"${Math.floor(now_ms / 86_400_000).toString(16)}-${instruments.toString(16)}"`
  return [
    JSON.stringify({ type: 'instruments_meta', data: { count: instruments, etag } }),
    JSON.stringify({ type: 'app_code', timestamp: formatIso(now_ms - (now_ms % 1000)) }),
  ]
}

/** An error as Kite tells it: a text message. */
export const errorText = (words: string): string => JSON.stringify({ type: 'error', data: words })
