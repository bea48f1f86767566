import { expect, test } from 'vitest'
import type { JournalEvent } from '../../../src/core/recording/index.js'
import { eventText } from '../../../src/io/capture/event-text.js'

const AT_MS = Date.parse('2025-10-06T09:15:02+05:30')
const tokens = (count: number): number[] => Array.from({ length: count }, (_, n) => n + 1)

test.each([
  [
    { event: 'refused', connection: 1, status: 0, detail: 'nobody listens there' },
    'connection 1: no answer: nobody listens there',
  ],
  [{ event: 'refused', connection: 2, status: 429, detail: 'HTTP 429: too many' }, 'connection 2: refused: HTTP 429: too many'],
  [
    { event: 'subscribed', connection: 1, mode: 'full', tokens: tokens(3000) },
    'connection 1: subscribed 3,000 instruments in mode full',
  ],
  [{ event: 'unsubscribed', connection: 1, tokens: [1] }, 'connection 1: unsubscribed 1 instrument'],
  [
    { event: 'gap', connection: 1, from_ms: AT_MS, to_ms: AT_MS + 1500, cause: 'overflow', grade: 'certain', records: 123_456 },
    /^connection 1: gap of 1\.5 s from 09:15:02, 123,456 records: /,
  ],
  [
    { event: 'failure', part: 'live candles', detail: 'No space is left (ENOSPC).' },
    'live candles failed: No space is left (ENOSPC); the recording goes on',
  ],
  [{ event: 'sink_up', sink: 'redis', dropped: 1 }, 'redis is up again; 1 message did not reach it'],
] satisfies [JournalEvent, string | RegExp][])('$0.event', (event, text) => {
  const told = eventText({ at_ms: AT_MS, ...event })
  if (typeof text === 'string') expect(told).toBe(text)
  else expect(told).toMatch(text)
})
