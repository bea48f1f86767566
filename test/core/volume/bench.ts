import type { Instrument } from '../../../src/core/market/index.js'
import { type BarClock, LedgerState, VERDICT, type VolumeEvent, VolumeLedger } from '../../../src/core/volume/index.js'
import { encodePacket, type Packet, packetBytes } from '../../../src/core/wire/index.js'
import { calendar } from '../../support/feed.js'
import { instrument } from '../market/instruments.js'

/** What one packet came to. */
export interface Taken {
  verdict: 'dropped' | 'quiet' | 'traded' | 'late'
  inc: number
  event_s: number
  across_gap: boolean
  gap_from_s: number
}

const NAMES = new Map(
  (['dropped', 'quiet', 'traded', 'late', 'traded_over_gap'] as const).map((name) => [VERDICT[name], name] as const),
)

/** A ledger with one instrument: packets in, what was made of them out. Each packet lies in a buffer of its own. */
export class LedgerBench {
  readonly events: VolumeEvent[] = []
  readonly ended: { hwm: number; missed: number; correction: number }[] = []
  readonly ledger: VolumeLedger
  readonly state: LedgerState
  /** Sum of all increments since the session began. */
  total = 0

  constructor(clock: BarClock = 'trade', facts: Partial<Instrument> = {}) {
    this.state = new LedgerState(instrument({ has_derivatives: false, ...facts }), 0)
    this.ledger = new VolumeLedger({
      clock,
      sessionOf: calendar.sessionOf,
      onSessionEnd: ({ hwm, missed, correction }) => {
        this.ended.push({ hwm, missed, correction })
        this.total = 0
      },
      onEvent: (event) => this.events.push(event),
    })
  }

  get kinds(): string[] {
    return this.events.map(({ kind }) => kind)
  }

  noteGap(connection: number, from_s: number, to_s: number): void {
    this.ledger.noteGap([this.state], connection, from_s, to_s)
  }

  /** Without `received_s` a packet is received in the second the exchange made it. */
  take(
    packet: Packet,
    { received_s = timeOf(packet), connection = 0 }: { received_s?: number; connection?: number } = {},
  ): Taken {
    const length = packetBytes(packet)
    const view = new DataView(new ArrayBuffer(length))
    encodePacket(packet, view, 0)
    return this.takeAt(view, 0, length, received_s, connection)
  }

  takeAt(view: DataView, at: number, length: ReturnType<typeof packetBytes>, received_s: number, connection: number): Taken {
    this.ledger.beginMessage(received_s, connection)
    const name = NAMES.get(this.ledger.take(this.state, view, at, length))
    if (name === undefined) throw new Error('a verdict without a name')
    if (name === 'dropped') return { verdict: name, inc: 0, event_s: 0, across_gap: false, gap_from_s: 0 }
    const { inc, event_s, gap_from_s } = this.state
    const across_gap = name === 'traded_over_gap'
    this.total += inc
    return { verdict: across_gap ? 'traded' : name, inc, event_s, across_gap, gap_from_s: across_gap ? gap_from_s : 0 }
  }
}

function timeOf(packet: Packet): number {
  if (packet.kind === 'full' || packet.kind === 'index_full') return packet.exchange_timestamp
  throw new RangeError(`a ${packet.kind} packet carries no time: say when it was received`)
}
