import { expect, test } from 'vitest'
import type { RawTick } from '../../../src/core/engine/index.js'
import { encodePacket, FULL_BYTES, INDEX_FULL_BYTES, type Packet } from '../../../src/core/wire/index.js'
import { LateTicks } from '../../../src/io/validate/late-ticks.js'
import { at, full, indexFull, NIFTY, STOCK } from '../../support/feed.js'

test('a tick is late when a newer one of its instrument came before it', () => {
  const late = new LateTicks()
  const take = (packet: Packet, clock: string): void => {
    const view = new DataView(new ArrayBuffer(256))
    encodePacket(packet, view, 8)
    const is_index = packet.instrument_token === NIFTY
    const length = is_index ? INDEX_FULL_BYTES : FULL_BYTES
    const instrument = { instrument_token: packet.instrument_token } as RawTick['instrument']
    late.onTick({ view, at: 8, length, index: is_index ? 1 : 0, sequence: 0, received_at_ms: at(clock) * 1000, instrument })
  }
  const stock = (exchange: string, clock: string): void => take(full({ exchange_timestamp: at(exchange) }), clock)
  stock('09:20:00', '09:20:01')
  stock('09:20:00', '09:20:02')
  stock('09:19:59', '09:20:03')
  stock('09:20:05', '09:20:05')
  take(indexFull({ exchange_timestamp: at('09:20:10') }), '09:20:10')
  stock('09:20:06', '09:20:11')
  take(indexFull({ exchange_timestamp: at('09:20:09') }), '09:20:12')
  stock('09:20:04', '09:20:13')
  take(full({ exchange_timestamp: 0 }), '09:20:14')
  expect(late.of(STOCK)).toEqual([at('09:20:03') * 1000, at('09:20:13') * 1000])
  expect(late.of(NIFTY)).toEqual([at('09:20:12') * 1000])
  expect(late.of(1)).toEqual([])
})
