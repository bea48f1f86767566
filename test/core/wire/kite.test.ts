import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { segmentOf } from '../../../src/core/market/index.js'
import type { FullPacket, Packet, PacketBytes, QuotePacket } from '../../../src/core/wire/index.js'
import {
  addsUp,
  decodePacket,
  encodeMessage,
  encodePacket,
  isPacketLength,
  isTradable,
  modeOf,
  packetBytes,
} from '../../../src/core/wire/index.js'
import { packets } from '../formats/packets.js'
import { bytesOfHex, concat, viewOf, walk } from './collect.js'

const LENGTHS: readonly PacketBytes[] = [8, 28, 32, 44, 164, 184]
const quote: QuotePacket = {
  kind: 'quote',
  instrument_token: 884737,
  last_price: 39295,
  last_traded_quantity: 2,
  average_traded_price: 40307,
  volume_traded: 22261032,
  total_buy_quantity: 5617,
  total_sell_quantity: 0,
  open: 42000,
  high: 42090,
  low: 39010,
  close: 41410,
}
const full: FullPacket = {
  ...quote,
  kind: 'full',
  last_trade_time: 1625461887,
  oi: 3,
  oi_day_high: 4,
  oi_day_low: 1,
  exchange_timestamp: 1625461888,
  depth: Array.from({ length: 10 }, (_, n) => ({ quantity: 100 + n, price: 39295 + n, orders: n })),
}

describe('vectors', () => {
  // A real frame printed in the public discussion of the protocol: quote of TATAMOTORS.
  const frame = bytesOfHex(`0001 002c 000d8001 0000997f 00000002 00009d73 0153ad28 000015f1 00000000
    0000a410 0000a46a 00009862 0000a1c2`)

  test('the worked example of a quote', () => {
    expect(walk(frame)).toEqual({ packets: [quote], offsets: [4], faults: [] })
    expect(encodeMessage([quote])).toEqual(frame)
  })

  test('index packets carry high, low, open, close in this order, and their own change', () => {
    const bytes = bytesOfHex('0001 0020 0003e909 00000064 00000005 00000001 00000002 00000003 fffffffe 60e293df')
    expect(walk(bytes).packets).toEqual([
      {
        kind: 'index_full',
        instrument_token: 256265,
        last_price: 100,
        high: 5,
        low: 1,
        open: 2,
        close: 3,
        change: -2,
        exchange_timestamp: 1625461727,
      },
    ])
  })

  test('volume, quantities, open interest and times are unsigned, prices are signed', () => {
    const huge = 0xffffffff
    const unsigned = ['last_traded_quantity', 'volume_traded', 'total_buy_quantity', 'total_sell_quantity'] as const
    const unsigned_full = ['oi', 'oi_day_high', 'oi_day_low', 'last_trade_time', 'exchange_timestamp'] as const
    const signed = ['last_price', 'average_traded_price', 'open', 'high', 'low', 'close'] as const
    const bytes = encodeMessage([full])
    const view = viewOf(bytes)
    for (let offset = 4; offset < 184; offset += 4) view.setUint32(4 + offset, huge)
    const packet = walk(bytes).packets[0] as FullPacket
    for (const field of [...unsigned, ...unsigned_full]) expect(packet[field]).toBe(huge)
    for (const field of signed) expect(packet[field]).toBe(-1)
    for (const level of packet.depth) expect(level).toEqual({ quantity: huge, price: -1, orders: 0xffff })
  })

  test('crude oil below zero (MCX, April 2020)', () => {
    const bytes = encodeMessage([{ ...quote, last_price: -288400, low: -288400 }])
    expect(walk(bytes).packets).toMatchObject([{ last_price: -288400, low: -288400 }])
  })

  test('orders of a level are 16 bits wide, the two bytes behind them are padding', () => {
    const bytes = encodeMessage([full])
    const first_level = 4 + 64
    bytes.set([0x00, 0x09, 0xab, 0xcd], first_level + 8)
    expect((walk(bytes).packets[0] as FullPacket).depth[0]).toEqual({ quantity: 100, price: 39295, orders: 9 })
  })

  test('a time that was not sent stays 0', () => {
    const bytes = encodeMessage([{ ...full, last_trade_time: 0, exchange_timestamp: 0 }])
    expect(walk(bytes).packets).toMatchObject([{ last_trade_time: 0, exchange_timestamp: 0 }])
  })

  test.each([
    [408065, 'NSE', 100],
    [10461954, 'NFO', 100],
    [1689859, 'CDS', 10_000_000],
    [128083204, 'BSE', 100],
    [221330181, 'BFO', 100],
    [0x0100_0006, 'BCD', 10_000],
    [109124103, 'MCX', 100],
    [0x0100_0008, 'MCXSX', 100],
    [256265, 'INDICES', 100],
    [31132428, 'NCO', 10_000],
    [0x0100_000a, 'UNKNOWN', 100],
    [0x0100_00ff, 'UNKNOWN', 100],
  ])('token %d is of %s, %d feed units a rupee', (token, name, price_divisor) => {
    expect(segmentOf(token)).toEqual({ name, price_divisor })
    expect(isTradable(token)).toBe(name !== 'INDICES')
  })

  test('the mode follows from the length', () => {
    expect(LENGTHS.map(modeOf)).toEqual(['ltp', 'quote', 'full', 'quote', 'full', 'full'])
    const known = Array.from({ length: 0x10000 }, (_, length) => length).filter(isPacketLength)
    expect(known).toEqual(LENGTHS)
  })
})

describe('layout', () => {
  /** What is at each byte: the field whose value changes with it. */
  function fieldsByByte(length: PacketBytes): string[] {
    const base = new Uint8Array(length)
    const before = leaves(decodePacket(viewOf(base), 0, length))
    return Array.from({ length }, (_, byte) => {
      const bytes = base.slice()
      bytes[byte] = 1
      const after = leaves(decodePacket(viewOf(bytes), 0, length))
      return [...after]
        .filter(([name, value]) => value !== before.get(name))
        .map(([name]) => name)
        .join('+')
    })
  }

  test.each(LENGTHS)('the fields tile a packet of %d bytes without hole or overlap', (length) => {
    const fields = fieldsByByte(length)
    expect(fields.filter((name) => name.includes('+'))).toEqual([])
    const runs: { name: string; bytes: number }[] = []
    for (const name of fields) {
      const last = runs.at(-1)
      if (last?.name === name) last.bytes++
      else runs.push({ name, bytes: 1 })
    }
    // Each field is one run, and only the padding behind `orders` belongs to none.
    const named = runs.filter(({ name }) => name !== '').map(({ name }) => name)
    expect(new Set(named).size).toBe(named.length)
    runs.forEach(({ name, bytes }, n) => {
      if (name === '') expect([bytes, runs[n - 1]?.name]).toEqual([2, expect.stringMatching(/^depth\.\d\.orders$/)])
      else expect([name, bytes]).toEqual([name, name.endsWith('.orders') ? 2 : 4])
    })
    expect(named).toEqual([...leaves(decodePacket(viewOf(new Uint8Array(length)), 0, length)).keys()].sort(byRun(named)))
  })

  const byRun = (named: readonly string[]) => (a: string, b: string) => named.indexOf(a) - named.indexOf(b)

  function leaves(packet: Packet): Map<string, number> {
    const found = new Map<string, number>()
    const visit = (value: unknown, name: string): void => {
      if (typeof value === 'number') found.set(name, value)
      else if (typeof value === 'object' && value !== null)
        for (const [key, inner] of Object.entries(value)) visit(inner, name === '' ? key : `${name}.${key}`)
    }
    visit(packet, '')
    return found
  }
})

describe('round trip', () => {
  const messages = fc.array(packets, { maxLength: 12 })

  test('decoding what was encoded gives it back', () => {
    fc.assert(
      fc.property(messages, (sent) => {
        const walked = walk(encodeMessage(sent))
        expect(walked.packets).toEqual(sent)
        expect(walked.faults).toEqual([])
      }),
    )
  })

  test('encoding what was decoded gives the bytes back, padding aside', () => {
    const bytes = fc.constantFrom(...LENGTHS).chain((length) => fc.uint8Array({ minLength: length, maxLength: length }))
    fc.assert(
      fc.property(bytes, (raw) => {
        const length = raw.length
        if (!isPacketLength(length)) throw new Error('no packet length')
        const again = new Uint8Array(length)
        encodePacket(decodePacket(viewOf(raw), 0, length), viewOf(again), 0)
        const depth_at = length === 184 ? 64 : 44
        if (length >= 164) for (let at = depth_at + 10; at < length; at += 12) raw.fill(0, at, at + 2)
        expect(again).toEqual(raw)
      }),
    )
  })

  test('a number that does not fit its field is refused', () => {
    for (const wrong of [-1, 2 ** 32, 1.5, Number.NaN])
      expect(() => encodeMessage([{ ...quote, volume_traded: wrong }])).toThrow(/volume_traded is .*, expected an integer/)
    for (const wrong of [-(2 ** 31) - 1, 2 ** 31])
      expect(() => encodeMessage([{ ...quote, close: wrong }])).toThrow(/close is .*, expected an integer/)
    expect(() => encodeMessage([{ ...full, depth: full.depth.slice(1) }])).toThrow(/9 levels/)
    expect(() => encodeMessage(Array.from({ length: 65_536 }, () => quote))).toThrow(/65536 packets/)
  })
})

describe('malformed messages', () => {
  const two = encodeMessage([quote, full])
  /** A message by hand: announced count, then declared length and bytes of each packet. */
  const message = (announced: number, ...parts: readonly (readonly [declared: number, present: number])[]): Uint8Array =>
    concat(u16(announced), ...parts.map(([declared, present]) => concat(u16(declared), new Uint8Array(present))))
  const u16 = (value: number): Uint8Array => Uint8Array.of(value >> 8, value & 0xff)

  test('cut anywhere: the whole packets before the cut are kept, the cut is told with its offset', () => {
    const second_at = 2 + 2 + 44
    for (let cut = 2; cut < two.length; cut++) {
      const { packets: kept, faults } = walk(two.subarray(0, cut))
      const whole = cut >= second_at ? 1 : 0
      expect(kept).toEqual([quote].slice(0, whole))
      const offset = whole === 1 ? second_at : 2
      const left = cut - offset
      expect(faults).toEqual([
        { code: 'truncated_packet', offset, packet: whole, announced: 2, length: left < 2 ? -1 : whole === 1 ? 184 : 44, left },
      ])
    }
  })

  test('184 declared with 44 present is no quote', () => {
    expect(walk(message(1, [184, 44]))).toEqual({
      packets: [],
      offsets: [],
      faults: [{ code: 'truncated_packet', offset: 2, packet: 0, announced: 1, length: 184, left: 46 }],
    })
  })

  test('a count larger than the content', () => {
    const bytes = concat(u16(7), two.subarray(2))
    const { packets: kept, faults } = walk(bytes)
    expect(kept).toEqual([quote, full])
    expect(faults).toEqual([{ code: 'truncated_packet', offset: bytes.length, packet: 2, announced: 7, length: -1, left: 0 }])
  })

  test('bytes behind the last packet', () => {
    const { packets: kept, faults } = walk(concat(two, Uint8Array.of(1, 2, 3)))
    expect(kept).toEqual([quote, full])
    expect(faults).toEqual([{ code: 'trailing_bytes', offset: two.length, packet: 2, announced: 2, length: -1, left: 3 }])
  })

  test.each([1, 7, 12, 36, 163, 165, 183, 185, 300])('a packet of %d bytes is skipped, what follows is read', (length) => {
    const bytes = concat(u16(2), u16(length), new Uint8Array(length), encodeMessage([quote]).subarray(2))
    const { packets: kept, faults } = walk(bytes)
    expect(kept).toEqual([quote])
    expect(faults).toEqual([
      { code: 'unknown_packet_length', offset: 4, packet: 0, announced: 2, length, left: bytes.length - 4 },
    ])
  })

  test('a packet of no bytes is skipped, what follows is read', () => {
    const bytes = concat(u16(2), u16(0), encodeMessage([quote]).subarray(2))
    const { packets: kept, faults } = walk(bytes)
    expect(kept).toEqual([quote])
    expect(faults).toEqual([
      { code: 'zero_length_packet', offset: 4, packet: 0, announced: 2, length: 0, left: bytes.length - 4 },
    ])
  })

  test('a heartbeat, whatever its value, and an empty message tell nothing', () => {
    for (let value = 0; value < 256; value++) expect(walk(Uint8Array.of(value))).toEqual({ packets: [], offsets: [], faults: [] })
    expect(walk(new Uint8Array(0))).toEqual({ packets: [], offsets: [], faults: [] })
    expect(walk(u16(0))).toEqual({ packets: [], offsets: [], faults: [] })
  })
})

describe('any bytes', () => {
  const junk = fc.uint8Array({ maxLength: 300 })
  /** Sound messages with a few bytes overwritten: near enough to sound to reach every branch. */
  const dented = fc
    .tuple(fc.array(packets, { maxLength: 4 }), fc.array(fc.tuple(fc.nat(), fc.nat(255)), { maxLength: 4 }), fc.nat(6))
    .map(([sent, dents, cut]) => {
      const bytes = encodeMessage(sent)
      for (const [at, value] of dents) bytes[at % bytes.length] = value
      return bytes.subarray(0, bytes.length - Math.min(cut, bytes.length))
    })
  const any = fc.oneof(junk, dented)

  test('never throw, and what surrounds the message does not matter', () => {
    fc.assert(
      fc.property(any, fc.nat(40), fc.nat(40), fc.nat(255), (bytes, before, after, poison) => {
        const alone = walk(bytes)
        const wrapped = concat(new Uint8Array(before).fill(poison), bytes, new Uint8Array(after).fill(poison))
        const within = walk(wrapped, before, before + bytes.length)
        expect(within.packets).toEqual(alone.packets)
        expect(within.faults).toEqual(alone.faults.map((fault) => ({ ...fault, offset: fault.offset + before })))
        expect(addsUp(viewOf(wrapped), before, before + bytes.length)).toBe(addsUp(viewOf(bytes), 0, bytes.length))
      }),
      { numRuns: 1000 },
    )
  })

  test('a whole packet is told from inside its message only, each byte once', () => {
    fc.assert(
      fc.property(any, (bytes) => {
        let from = 2
        const { packets: kept, offsets } = walk(bytes)
        kept.forEach((packet, n) => {
          const at = offsets[n] as number
          expect(at).toBeGreaterThanOrEqual(from + 2)
          from = at + packetBytes(packet)
          expect(from).toBeLessThanOrEqual(bytes.length)
        })
      }),
    )
  })

  test('a message adds up when a walk has nothing to report but lengths we do not know', () => {
    fc.assert(
      fc.property(any, (bytes) => {
        const breaks = walk(bytes).faults.filter(({ code }) => code === 'truncated_packet' || code === 'trailing_bytes')
        expect(addsUp(viewOf(bytes), 0, bytes.length)).toBe(bytes.length > 0 && breaks.length === 0)
      }),
      { numRuns: 1000 },
    )
  })
})
