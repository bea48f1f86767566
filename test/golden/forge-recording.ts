import { istDayStartMs, parseClock, parseDate } from '../../src/core/time/index.js'
import type { DepthLevel, Packet } from '../../src/core/wire/index.js'
import { encodeMessage } from '../../src/core/wire/index.js'
import { boundariesOf, type PlainRecord, recordingOf } from '../support/read-records.js'

/** `recording.json` of a case: recordings as people can read and change them. Times are IST of `date`, or `YYYY-MM-DD HH:MM:SS`. */
export interface RecordingPlan {
  readonly date: string
  readonly files: Readonly<Record<string, FilePlan>>
}
interface FilePlan {
  readonly byte_order?: 'big' | 'little'
  readonly records: readonly (RecordPlan | SeriesPlan)[]
  /** A heartbeat whenever nothing was received for so long: silence is a gap otherwise. */
  readonly heartbeat_s?: number
  /** Done to the finished file, in this order. */
  readonly damage?: readonly (
    | { readonly record: number; readonly byte: number; readonly xor: number }
    | { readonly cut: number }
  )[]
}
/** One record. `at` is when it was received, to the millisecond. */
interface RecordPlan {
  readonly at: string
  readonly packets?: readonly PacketPlan[]
  /** A count of packets other than the true one. */
  readonly announced?: number
  /** Bytes missing at the end of the message. */
  readonly cut?: number
  readonly text?: string
  /** Any message, byte by byte. */
  readonly hex?: string
}
/** A full packet every `every_s` seconds in `[from, to)`, received 300 ms after it was told. Prices and added volume repeat from their start. */
interface SeriesPlan {
  readonly from: string
  readonly to: string
  readonly every_s: number
  readonly instrument_token: number
  readonly prices: readonly number[]
  /** Cumulative volume ahead of the first packet. */
  readonly volume: number
  readonly adds: readonly number[]
}
type PacketPlan = Readonly<
  Record<string, string | number | readonly (readonly [quantity: number, price: number, orders: number])[]>
>

const SERIES_DELAY_MS = 300
const QUOTE_FIELDS = [
  'last_price',
  'last_traded_quantity',
  'average_traded_price',
  'volume_traded',
  'total_buy_quantity',
  'total_sell_quantity',
  'open',
  'high',
  'low',
  'close',
] as const
const INDEX_FIELDS = ['last_price', 'high', 'low', 'open', 'close', 'change'] as const
const PRICES: ReadonlySet<string> = new Set(['average_traded_price', 'open', 'high', 'low', 'close'])

/** The bytes of each file. Throws when a plan says what no recording can hold. */
export function forgeRecordings({ date, files }: RecordingPlan): Map<string, Uint8Array> {
  return new Map(Object.entries(files).map(([name, plan]) => [name, forgeFile(plan, date)]))
}

function forgeFile(file: FilePlan, date: string): Uint8Array {
  refuseUnknown(file, ['byte_order', 'records', 'heartbeat_s', 'damage'])
  const { byte_order = 'big', records, heartbeat_s = Number.POSITIVE_INFINITY, damage = [] } = file
  const told = records.flatMap((plan) => ('at' in plan ? [forgeRecord(plan, date)] : forgeSeries(plan, date)))
  const plain = told.flatMap((record, n) => [...heartbeatsBetween(told[n - 1], record, heartbeat_s * 1000), record])
  let bytes = recordingOf(plain, byte_order)
  const boundaries = boundariesOf(plain)
  for (const step of damage) {
    if ('cut' in step) bytes = bytes.slice(0, -step.cut)
    else {
      const at = (boundaries[step.record] ?? Number.NaN) + step.byte
      const value = bytes[at]
      if (value === undefined) throw new Error(`damage to record ${step.record}, byte ${step.byte}: there is no such byte`)
      bytes[at] = value ^ step.xor
    }
  }
  return bytes
}

function heartbeatsBetween(before: PlainRecord | undefined, after: PlainRecord, every_ms: number): PlainRecord[] {
  const beats: PlainRecord[] = []
  const from_ms = before?.received_at_ms ?? after.received_at_ms
  for (let at_ms = from_ms + every_ms; at_ms < after.received_at_ms; at_ms += every_ms)
    beats.push({ received_at_ms: at_ms, message: Uint8Array.of(0) })
  return beats
}

function forgeRecord(plan: RecordPlan, date: string): PlainRecord {
  refuseUnknown(plan, ['at', 'packets', 'announced', 'cut', 'text', 'hex'])
  const { at, packets, announced, cut = 0, text, hex } = plan
  const received_at_ms = momentMs(at, date)
  if (text !== undefined) return { received_at_ms, message: new TextEncoder().encode(text) }
  if (hex !== undefined) return { received_at_ms, message: Uint8Array.from(Buffer.from(hex.replaceAll(' ', ''), 'hex')) }
  const message = encodeMessage((packets ?? []).map((packet) => forgePacket(packet, date)))
  if (announced !== undefined) new DataView(message.buffer).setUint16(0, announced)
  return { received_at_ms, message: message.slice(0, message.length - cut) }
}

function forgeSeries(plan: SeriesPlan, date: string): PlainRecord[] {
  refuseUnknown(plan, ['from', 'to', 'every_s', 'instrument_token', 'prices', 'volume', 'adds'])
  const records: PlainRecord[] = []
  const end_ms = momentMs(plan.to, date)
  let volume_traded = plan.volume
  for (let at_ms = momentMs(plan.from, date), n = 0; at_ms < end_ms; at_ms += plan.every_s * 1000, n++) {
    const added = plan.adds[n % plan.adds.length] ?? 0
    volume_traded += added
    const last_price = plan.prices[n % plan.prices.length] ?? 0
    const seconds = at_ms / 1000
    const packet = {
      instrument_token: plan.instrument_token,
      last_price,
      last_traded_quantity: added,
      volume_traded,
      last_trade_time: seconds,
      exchange_timestamp: seconds,
    }
    records.push({ received_at_ms: at_ms + SERIES_DELAY_MS, message: encodeMessage([forgePacket(packet, date)]) })
  }
  return records
}

/** What is left out: prices are the last price, counts 0, the book a ladder around the last price, times none. */
function forgePacket(plan: PacketPlan, date: string): Packet {
  const kind = plan.kind ?? 'full'
  const instrument_token = numberIn(plan, 'instrument_token')
  const last_price = numberIn(plan, 'last_price')
  const count = (field: string): number => (field in plan ? numberIn(plan, field) : PRICES.has(field) ? last_price : 0)
  const fields = <Name extends string>(names: readonly Name[]): Record<Name, number> => {
    const found: Partial<Record<Name, number>> = {}
    for (const name of names) found[name] = count(name)
    return found as Record<Name, number>
  }
  const time = (field: string): number => {
    const value = plan[field] ?? 0
    return typeof value === 'string' ? momentMs(value, date) / 1000 : numberOf(value, field)
  }
  const known = ['kind', 'instrument_token']
  switch (kind) {
    case 'ltp':
      refuseUnknown(plan, [...known, 'last_price'])
      return { kind, instrument_token, last_price }
    case 'index_quote':
      refuseUnknown(plan, [...known, ...INDEX_FIELDS])
      return { kind, instrument_token, ...fields(INDEX_FIELDS) }
    case 'index_full':
      refuseUnknown(plan, [...known, ...INDEX_FIELDS, 'exchange_timestamp'])
      return { kind, instrument_token, ...fields(INDEX_FIELDS), exchange_timestamp: time('exchange_timestamp') }
    case 'quote':
      refuseUnknown(plan, [...known, ...QUOTE_FIELDS])
      return { kind, instrument_token, ...fields(QUOTE_FIELDS) }
    case 'full_v1':
      refuseUnknown(plan, [...known, ...QUOTE_FIELDS, 'depth'])
      return { kind, instrument_token, ...fields(QUOTE_FIELDS), depth: depthOf(plan.depth, last_price) }
    case 'full':
      refuseUnknown(plan, [
        ...known,
        ...QUOTE_FIELDS,
        ...['last_trade_time', 'oi', 'oi_day_high', 'oi_day_low', 'exchange_timestamp', 'depth'],
      ])
      return {
        kind,
        instrument_token,
        ...fields(QUOTE_FIELDS),
        last_trade_time: time('last_trade_time'),
        ...fields(['oi', 'oi_day_high', 'oi_day_low']),
        exchange_timestamp: time('exchange_timestamp'),
        depth: depthOf(plan.depth, last_price),
      }
    default:
      throw new Error(`no packet kind is named ${String(kind)}`)
  }
}

function depthOf(plan: PacketPlan[string] | undefined, last_price: number): DepthLevel[] {
  if (Array.isArray(plan)) return plan.map(([quantity, price, orders]) => ({ quantity, price, orders }))
  return Array.from({ length: 10 }, (_, n) => {
    const step = n < 5 ? -5 * (n + 1) : 5 * (n - 4)
    return { quantity: 100 * (1 + (n % 5)), price: last_price + step, orders: 1 + (n % 5) }
  })
}

function numberIn(plan: PacketPlan, field: string): number {
  return numberOf(plan[field], field)
}

function numberOf(value: unknown, field: string): number {
  if (typeof value !== 'number') throw new Error(`${field}: expected a number, found ${JSON.stringify(value)}`)
  return value
}

function momentMs(text: string, date: string): number {
  const match = /^(?:(\d{4}-\d{2}-\d{2}) )?(\d{2}:\d{2}:\d{2})(?:\.(\d{3}))?$/.exec(text)
  const day = parseDate(match?.[1] ?? date)
  const clock_s = parseClock(match?.[2] ?? '')
  if (match === null || day === undefined || clock_s === undefined) throw new Error(`no time of day: ${text}`)
  return istDayStartMs(day) + clock_s * 1000 + Number(match[3] ?? 0)
}

function refuseUnknown(plan: object, known: readonly string[]): void {
  for (const key of Object.keys(plan)) if (!known.includes(key)) throw new Error(`unknown "${key}"; expected ${known.join(', ')}`)
}
