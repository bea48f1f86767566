import { expect, test } from 'vitest'
import { encodeMessage } from '../../../src/core/wire/index.js'
import { CaptureMeter } from '../../../src/io/capture/capture-meter.js'
import { at, full, ltp } from '../../support/feed.js'

const RECEIVED_MS = at('10:00:00') * 1000

test('rates are by the real clock, over whole seconds that have passed', () => {
  let elapsed_ms = 70_000
  const meter = new CaptureMeter(() => elapsed_ms)
  const message = encodeMessage([ltp(100), ltp(101)])
  // A recording served at a thousand times its speed.
  for (let n = 0; n < 50; n++) {
    meter.onMessage(RECEIVED_MS + n * 100_000, message)
    elapsed_ms += 100
  }
  expect(meter.rates()).toEqual({ messages_per_s: 10, packets_per_s: 20, bytes_per_s: 10 * message.length })
  elapsed_ms += 10_000
  expect(meter.rates()).toEqual({ messages_per_s: 0, packets_per_s: 0, bytes_per_s: 0 })
})

test('counts heartbeats, packets and what does not add up, and tells how far behind the exchange the feed is', () => {
  const meter = new CaptureMeter(() => 0)
  expect(meter.feed_lag_ms).toBeUndefined()
  meter.onMessage(RECEIVED_MS, new Uint8Array(1))
  meter.onMessage(RECEIVED_MS + 700, encodeMessage([full({ exchange_timestamp: at('10:00:00') })]))
  meter.onMessage(RECEIVED_MS + 900, Uint8Array.of(0, 3, 0, 8, 1))
  expect(meter.totals).toMatchObject({ messages: 3, heartbeats: 1, malformed: 1, packets: 4 })
  expect(meter.feed_lag_ms).toBe(700)
})
