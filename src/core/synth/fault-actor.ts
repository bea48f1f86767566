import { encodeRecord } from '../recording/index.js'
import { decodePacket, isPacketLength, type Packet } from '../wire/index.js'
import type { SnapshotFact } from './fact.js'
import type { Damage, FaultAction, PlantedFault } from './faults.js'
import type { MessageBuilder } from './message.js'
import type { RecordSink } from './record-sink.js'
import type { Tickers } from './tickers.js'

/** Reaches into the running day. */
export interface FaultStage {
  readonly tickers: Tickers
  readonly message: MessageBuilder
  isRunning(listing: number): boolean
  /** The instrument goes on to now and its packet joins the message. */
  tellNow(listing: number, at_ms: number): void
}

/** Packets a message needs before it is worth damaging. */
const DAMAGE_PACKETS_MIN = 3
const UNKNOWN_LENGTH = 12

/** Carries out the planned faults, second by second. */
export class FaultActor {
  readonly #actions: readonly FaultAction[]
  readonly #stage: FaultStage
  #next = 0
  #silentUntil_s = 0
  #silence: { at_s: number; until_s: number } | undefined
  /** For the next message large enough. */
  #damage: Damage | undefined
  #repeatMessage = false
  /** Faults whose packets are in the message under way. */
  readonly #planted: Omit<PlantedFault, 'received_ms'>[] = []
  readonly #kept = new Map<number, { packet: Packet; fact: SnapshotFact }>()

  constructor(actions: readonly FaultAction[], stage: FaultStage) {
    this.#actions = actions
    this.#stage = stage
  }

  /** Starts what is due at `now_s`; the packets it needs join the message. */
  begin(now_s: number, at_ms: number): void {
    for (; this.#next < this.#actions.length && this.#actions[this.#next]!.at_s <= now_s; this.#next++) {
      const action = this.#actions[this.#next]!
      if (action.at_s === now_s) this.#act(action, at_ms)
    }
  }

  isSilent(now_s: number): boolean {
    const due = this.#actions[this.#next]
    if (due?.do === 'silence' && due.at_s === now_s) {
      this.#silentUntil_s = due.until_s
      this.#silence = due
      this.#next++
    }
    return now_s < this.#silentUntil_s
  }

  /** True once, in the first second after a silence. */
  endsSilence(): boolean {
    if (this.#silence === undefined) return false
    this.plant({ kind: 'gap', listing: -1, detail: { silent_s: this.#silence.until_s - this.#silence.at_s }, unsettled: [] })
    this.#silence = undefined
    return true
  }

  #act(action: FaultAction, at_ms: number): void {
    if ('listing' in action && !this.#stage.isRunning(action.listing)) return
    const { tickers, message } = this.#stage
    switch (action.do) {
      case 'silence':
        return
      case 'damage':
        this.#damage = action.how
        return
      case 'repeat_message':
        this.#repeatMessage = true
        return
      case 'tell':
        this.#stage.tellNow(action.listing, at_ms)
        return
      case 'lower': {
        const { listing, part, kind } = action
        const off = Math.floor(tickers.volume[listing]! * part)
        tickers.volume_off[listing] = off
        if (kind === 'restored') return
        const unsettled = kind === 'rebase' ? (['volume', 'trade_count'] as const) : (['trade_count'] as const)
        this.plant({
          kind,
          listing,
          detail: { volume: tickers.volume[listing]!, told: tickers.toldVolume(listing) },
          unsettled: kind === 'correction' ? [] : unsettled,
        })
        return
      }
      case 'repeat_packet': {
        this.#stage.tellNow(action.listing, at_ms)
        const last = this.#last()
        if (last === undefined) return
        message.note({ ...last.fact, repeated: true }, message.length)
        message.add(last.packet)
        this.plant({ kind: 'duplicate_packet', listing: action.listing, detail: {}, unsettled: [] })
        return
      }
      case 'keep': {
        this.#stage.tellNow(action.listing, at_ms)
        const last = this.#last()
        if (last !== undefined) this.#kept.set(action.listing, last)
        return
      }
      case 'replay':
        this.#replay(action.listing, action.above_high)
        return
    }
  }

  #replay(listing: number, above_high: boolean): void {
    const kept = this.#kept.get(listing)
    if (kept === undefined || kept.packet.kind !== 'full') return
    const { message } = this.#stage
    const price = above_high ? 2 * kept.packet.high - kept.packet.low : kept.packet.last_price
    message.note({ ...kept.fact, price }, message.length)
    message.add({ ...kept.packet, last_price: price, high: Math.max(price, kept.packet.high) })
    const { exchange_timestamp, volume_traded } = kept.packet
    this.plant({
      kind: above_high ? 'late_above_high' : 'late',
      listing,
      detail: { exchange_timestamp, volume_traded, last_price: price },
      unsettled: ['tick_count'],
    })
  }

  /** The last packet of the message, if it carries a fact. */
  #last(): { packet: Packet; fact: SnapshotFact } | undefined {
    const { message } = this.#stage
    const [fact, at] = [message.facts.at(-1), message.offsets.at(-1)]
    if (fact === undefined || at === undefined) return undefined
    const length = message.view.getUint16(at)
    return isPacketLength(length) ? { fact, packet: decodePacket(message.view, at + 2, length) } : undefined
  }

  /** Notes a fault whose packet is in the message under way. */
  plant(fault: Omit<PlantedFault, 'received_ms'>): void {
    this.#planted.push(fault)
  }

  /** Hands the message on, damaged or repeated if that is due. */
  deliver(received_ms: number, sink: RecordSink): void {
    const { message } = this.#stage
    for (const fault of this.#planted) sink.onPlanted({ ...fault, received_ms })
    this.#planted.length = 0
    if (this.#damage !== undefined && message.packets >= DAMAGE_PACKETS_MIN) {
      this.#deliverDamaged(this.#damage, received_ms, sink)
      this.#damage = undefined
      return
    }
    const bytes = message.finish()
    sink.onRecord(received_ms, bytes, message.facts)
    if (!this.#repeatMessage) return
    this.#repeatMessage = false
    sink.onPlanted({ kind: 'duplicate_message', listing: -1, received_ms, detail: { packets: message.packets }, unsettled: [] })
    sink.onRecord(
      received_ms,
      bytes,
      message.facts.map((fact) => ({ ...fact, repeated: true })),
    )
  }

  #deliverDamaged(how: Damage, received_ms: number, sink: RecordSink): void {
    const { message } = this.#stage
    const { packets, facts, offsets, view } = message
    const half = Math.floor(packets / 2)
    const planted = (detail: PlantedFault['detail']): void =>
      sink.onPlanted({ kind: how, listing: -1, received_ms, detail: { packets, ...detail }, unsettled: [] })
    const bytes = message.finish()
    switch (how) {
      case 'cut_packet':
        planted({ readable: half })
        sink.onRecord(received_ms, bytes.slice(0, offsets[half]! + 2 + 6), facts.slice(0, half))
        return
      case 'count_too_high':
        view.setUint16(0, packets + 3)
        planted({ announced: packets + 3 })
        sink.onRecord(received_ms, bytes, facts)
        return
      case 'count_too_low':
        view.setUint16(0, half)
        planted({ announced: half, trailing_bytes: bytes.length - offsets[half]! })
        sink.onRecord(received_ms, bytes, facts.slice(0, half))
        return
      case 'unknown_length': {
        const at = offsets[half]!
        const stretched = new Uint8Array(bytes.length + 2 + UNKNOWN_LENGTH)
        stretched.set(bytes.subarray(0, at))
        stretched[at + 1] = UNKNOWN_LENGTH
        stretched.set(bytes.subarray(at), at + 2 + UNKNOWN_LENGTH)
        new DataView(stretched.buffer).setUint16(0, packets + 1)
        planted({ length: UNKNOWN_LENGTH, packet: half })
        sink.onRecord(received_ms, stretched, facts)
        return
      }
      case 'record_header': {
        const record = encodeRecord(received_ms, bytes)
        record.set([0xff, 0xff, 0xff, 0xff], 0)
        record.set([0xff, 0xff, 0xff], 8)
        planted({ lost_bytes: record.length })
        sink.onBrokenBytes(record)
        return
      }
    }
  }
}
