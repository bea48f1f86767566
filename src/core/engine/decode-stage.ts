import type { Diagnostic, DiagnosticCode } from '../diagnostics.js'
import type { Instrument } from '../market/index.js'
import { type Frame, type FrameConsumer, isText, RECORD_HEADER_BYTES } from '../recording/index.js'
import * as kite from '../wire/index.js'
import { TokenTable } from './token-table.js'

/** What `DecodeStage` lets through: up to `limit` packets of wanted instruments within the window. */
export interface DecodeSetup {
  readonly instruments: { resolve(token: number): Instrument }
  readonly files: readonly string[]
  isWanted(instrument: Instrument): boolean
  /** Times of receipt, `[from_ms, to_ms)`, once the first record is known. */
  windowOf(first_ms: number): { from_ms: number; to_ms: number }
  readonly limit: number
}

/** Who takes the packets and the findings. */
export interface DecodeListener {
  /** A wanted packet; `index` is the instrument's place in `instruments`. The bytes are borrowed. */
  onTick(view: DataView, at: number, length: kite.PacketBytes, received_at_ms: number, sequence: number, index: number): void
  onDiagnostic(diagnostic: Diagnostic): void
}

/** Every packet of a recording as it lies there, filtered: no ledger, no bars, duplicates and cached snapshots included. */
export class DecodeStage implements FrameConsumer, kite.PacketSink {
  /** By first appearance. */
  readonly instruments: Instrument[] = []
  packets = 0
  told = 0
  unknown_instruments = 0
  readonly #setup: DecodeSetup
  readonly #listener: DecodeListener
  readonly #tokens = new TokenTable()
  /** 1 where the instrument is wanted. */
  #wanted = new Uint8Array(1024)
  #frame: Frame | undefined
  #received_at_ms = 0
  #window: { from_ms: number; to_ms: number } | undefined
  #in_window = false

  constructor(setup: DecodeSetup, listener: DecodeListener) {
    this.#setup = setup
    this.#listener = listener
  }

  get isFull(): boolean {
    return this.told >= this.#setup.limit
  }

  onFrame(frame: Frame): void {
    if (frame.end - frame.start <= kite.HEARTBEAT_BYTES || isText(frame)) return
    this.#frame = frame
    this.#received_at_ms = frame.received_at_ms
    this.#window ??= this.#setup.windowOf(frame.received_at_ms)
    this.#in_window = frame.received_at_ms >= this.#window.from_ms && frame.received_at_ms < this.#window.to_ms
    kite.walkPackets(frame.view, frame.start, frame.end, this)
  }

  onPacket(view: DataView, at: number, length: kite.PacketBytes): void {
    const sequence = this.packets++
    const token = kite.readToken(view, at)
    let index = this.#tokens.find(token)
    if (index < 0) index = this.#open(token)
    if (!this.#in_window || this.#wanted[index] === 0 || this.told >= this.#setup.limit) return
    this.told++
    this.#listener.onTick(view, at, length, this.#received_at_ms, sequence, index)
  }

  onBadPacket(code: DiagnosticCode, at: number, detail: kite.PacketFault): void {
    const frame = this.#frame as Frame
    this.#tell(code, frame.offset + RECORD_HEADER_BYTES + at - frame.start, { ...detail })
  }

  onRecycle(): void {}

  #open(token: number): number {
    const index = this.#tokens.add(token)
    const instrument = this.#setup.instruments.resolve(token)
    this.instruments.push(instrument)
    if (index >= this.#wanted.length) {
      const grown = new Uint8Array(2 * this.#wanted.length)
      grown.set(this.#wanted)
      this.#wanted = grown
    }
    this.#wanted[index] = this.#setup.isWanted(instrument) ? 1 : 0
    if (!instrument.known) {
      this.unknown_instruments++
      this.#tell('unknown_instrument', (this.#frame as Frame).offset, { instrument_token: token })
    }
    return index
  }

  #tell(code: DiagnosticCode, offset: number, detail: Diagnostic['detail']): void {
    const frame = this.#frame as Frame
    this.#listener.onDiagnostic({ code, file: this.#setup.files[frame.file] ?? '-', record: frame.record, offset, detail })
  }
}
