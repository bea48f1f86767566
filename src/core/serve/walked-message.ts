import type { FeedMode } from '../feed/index.js'
import type { Frame } from '../recording/index.js'
import { lengthInMode, type PacketBytes, readToken, walkPackets } from '../wire/index.js'

/** What a client takes of each token: its subscriptions. */
export type Modes = ReadonlyMap<number, FeedMode>

const COUNT_BYTES = 2
const LENGTH_BYTES = 2

/**
 * A recorded binary message with its packets found, once for all clients. Used again for the next one: numbers are those of the last `walk`,
 * messages given out are copies and stay as they are.
 */
export class WalkedMessage {
  /** Whole packets of a known length. */
  count = 0
  readonly tokens: number[] = []
  /** Offsets in the frame's bytes. */
  readonly offsets: number[] = []
  readonly lengths: PacketBytes[] = []
  /** Packets in what `messageFor` answered last. */
  taken = 0
  #frame: Pick<Frame, 'bytes' | 'start' | 'end'> = { bytes: new Uint8Array(0), start: 0, end: 0 }
  #copy: Uint8Array | undefined

  /** `frame` is borrowed until the next walk. */
  walk(frame: Pick<Frame, 'view' | 'bytes' | 'start' | 'end'>): void {
    this.count = 0
    this.#frame = frame
    this.#copy = undefined
    walkPackets(frame.view, frame.start, frame.end, this)
  }

  onPacket(view: DataView, at: number, length: PacketBytes): void {
    this.tokens[this.count] = readToken(view, at)
    this.offsets[this.count] = at
    this.lengths[this.count] = length
    this.count++
  }

  /** What is wrong with a message stays in it, or stays out of the one that is made of its whole packets. */
  onBadPacket(): void {}

  /** The packet's bytes, borrowed. */
  packet(n: number): Uint8Array {
    const at = this.offsets[n] as number
    return this.#frame.bytes.subarray(at, at + (this.lengths[n] as number))
  }

  /** The message as it was recorded. */
  get verbatim(): Uint8Array {
    this.#copy ??= this.#frame.bytes.slice(this.#frame.start, this.#frame.end)
    return this.#copy
  }

  /**
   * The message for a client. Who takes every packet as it is gets it verbatim, damage and trailing bytes too; so does everybody when it has no
   * whole packet. Others get their packets, cut down to their modes; undefined when there is none for them.
   */
  messageFor(modes: Modes, isSilenced?: (token: number) => boolean): Uint8Array | undefined {
    let as_it_is = true
    this.taken = 0
    let size = COUNT_BYTES
    for (let n = 0; n < this.count; n++) {
      const length = this.#lengthFor(n, modes, isSilenced)
      if (length !== this.lengths[n]) as_it_is = false
      if (length === 0) continue
      this.taken++
      size += LENGTH_BYTES + length
    }
    if (as_it_is) return this.verbatim
    return this.taken === 0 ? undefined : this.#rebuilt(size, modes, isSilenced)
  }

  #rebuilt(size: number, modes: Modes, isSilenced?: (token: number) => boolean): Uint8Array {
    const { bytes } = this.#frame
    const message = new Uint8Array(size)
    const view = new DataView(message.buffer)
    view.setUint16(0, this.taken)
    let to = COUNT_BYTES
    for (let n = 0; n < this.count; n++) {
      const length = this.#lengthFor(n, modes, isSilenced)
      if (length === 0) continue
      view.setUint16(to, length)
      const from = this.offsets[n] as number
      message.set(bytes.subarray(from, from + length), to + LENGTH_BYTES)
      to += LENGTH_BYTES + length
    }
    return message
  }

  /** 0: not for this client. */
  #lengthFor(n: number, modes: Modes, isSilenced?: (token: number) => boolean): number {
    const token = this.tokens[n] as number
    const mode = modes.get(token)
    if (mode === undefined || isSilenced?.(token) === true) return 0
    return lengthInMode(this.lengths[n] as PacketBytes, mode)
  }
}
