import {
  createUniverse,
  type FaultKind,
  MarketDay,
  type PlantedFault,
  type PlantedPattern,
  type PlantWishes,
  type RecordSink,
  type SnapshotFact,
  Truth,
  type Universe,
} from '../../src/core/synth/index.js'
import { decodePacket, type Packet, walkPackets } from '../../src/core/wire/index.js'
import { dayNumber, stubCalendar } from './stub-calendar.js'

export interface SynthRecord {
  received_ms: number
  bytes: Uint8Array
  facts: SnapshotFact[]
}

export interface SynthDay {
  universe: Universe
  records: SynthRecord[]
  truth: Truth
  planted: PlantedFault[]
  patterns: readonly PlantedPattern[]
  midnight_s: number
}

interface SynthDayOptions {
  seed?: number
  instruments?: number
  /** Packets a second. */
  rate?: number
  mode?: 'full' | 'mixed'
  until_h?: number
  faults?: readonly FaultKind[]
  plants?: PlantWishes
  /** In place of one of `instruments`. */
  universe?: Universe
}

/** A synthetic Monday in memory, with plain hours. */
export function synthDay(options: SynthDayOptions = {}): SynthDay {
  const { seed = 1, instruments = 40, rate = 10, mode = 'full', until_h = 9.5, faults = [], plants } = options
  const day = dayNumber(2025, 10, 6)
  const universe = options.universe ?? createUniverse({ day, instruments, seed, calendar: stubCalendar })
  const midnight_s = day * 86_400 - 19_800
  const market = new MarketDay({
    universe,
    calendar: stubCalendar,
    seed,
    rate,
    start_s: midnight_s + 9 * 3600 - 30,
    until_s: midnight_s + until_h * 3600,
    mode,
    faults,
    plants,
    facts: true,
  })
  const truth = new Truth(universe, stubCalendar)
  const records: SynthRecord[] = []
  const planted: PlantedFault[] = []
  const sink: RecordSink = {
    onRecord(received_ms, bytes, facts) {
      records.push({ received_ms, bytes: bytes.slice(), facts: [...facts] })
      truth.record(received_ms, facts)
    },
    onBrokenBytes: () => {},
    onPlanted(fault) {
      planted.push(fault)
      truth.planted(fault)
    },
  }
  while (market.advance(sink));
  return { universe, records, truth, planted, patterns: market.planted, midnight_s }
}

export const isBinary = ({ bytes }: SynthRecord): boolean => bytes.length > 1 && bytes[0] !== 0x7b

export function packetsOf({ bytes }: SynthRecord): Packet[] {
  const packets: Packet[] = []
  walkPackets(new DataView(bytes.buffer), 0, bytes.length, {
    onPacket: (view, at, length) => packets.push(decodePacket(view, at, length)),
    onBadPacket(code) {
      throw new Error(code)
    },
  })
  return packets
}
