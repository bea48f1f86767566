import type { RawTick } from '../core/engine/index.js'
import { usageError } from '../core/errors.js'
import { type Batch, CandleBatch, type Encoder, labelled, TickBatch, TYPE_FIELD } from '../core/formats/index.js'
import { CANDLE_FIELDS, type Candle, type Field, type Instrument, TICK_FIELDS } from '../core/market/index.js'
import { type FormatId, loadFormat } from './formats.js'
import { openFile, openStdout, type Sink } from './output.js'

export const RECORD_KINDS = ['ticks', 'candles'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** Where the records of a replay go, in the order in which they are given. */
export interface ReplayOutput {
  readonly ticks: number
  readonly candles: number
  /** False once nobody reads any more. */
  readonly wanted: boolean
  onTick(tick: RawTick): void
  onCandle(candle: Candle): void
  /** Encodes what was given so far. */
  prepare(): void
  /** What was given so far leaves now. */
  flush(): void
  /** The instruments of the next session count from 0 again. */
  nextSession(): void
  finish(): void
  abort(): void
}

/** `ticks,candles` or several flags; each once. */
export function parseKinds(texts: readonly string[]): RecordKind[] {
  const names = texts.flatMap((text) => text.split(',')).map((text) => text.trim().toLowerCase())
  const kinds = RECORD_KINDS.filter((kind) => names.includes(kind))
  const unknown = names.find((name) => !RECORD_KINDS.some((kind) => kind === name))
  if (unknown !== undefined || kinds.length === 0)
    throw usageError(
      'unknown_kind',
      `--emit does not know "${unknown ?? ''}": expected ${RECORD_KINDS.join(', ')} or both.`,
      'mds replay --emit ticks,candles',
    )
  return kinds
}

export async function openReplayOutput(
  path: string | undefined,
  format_id: FormatId,
  kinds: readonly RecordKind[],
  { is_paced }: { is_paced: boolean },
): Promise<ReplayOutput> {
  if (kinds.length > 1 && format_id !== 'ndjson')
    throw usageError(
      'one_kind_only',
      `The format ${format_id} holds records of one kind only, --emit asks for ${kinds.join(' and ')}: expected ndjson.`,
      `mds replay --emit ${kinds.join(',')} --format ndjson`,
      `mds replay --emit ${kinds[0]} --format ${format_id}`,
    )
  const format = await loadFormat(format_id)
  const sink = path === undefined || path === '-' ? openStdout() : openFile(path)
  return new MergedOutput({ sink, kinds, is_paced, open: (fields) => format.open(fields) })
}

interface OutputSetup {
  readonly sink: Sink
  readonly kinds: readonly RecordKind[]
  /** Nothing leaves before `flush`. */
  readonly is_paced: boolean
  open(fields: readonly Field[]): Encoder
}

/** Encoded bytes gather up to here before they leave: a call of the kernel per line would set the pace at full speed. */
const GATHERED_BYTES = 256 * 1024

/**
 * Ticks and candles in one stream. Each kind fills its own batch; when the other kind comes, the batch is encoded, so the order holds. With
 * both kinds every line begins with its `type`; with one kind the bytes are those of `mds decode` and `mds candles`.
 */
class MergedOutput implements ReplayOutput {
  ticks = 0
  candles = 0
  wanted: boolean
  readonly #sink: Sink
  readonly #instruments: Instrument[] = []
  /** Number of the session's first instrument among all. */
  #first_instrument = 0
  readonly #tick_batch: TickBatch
  readonly #candle_batch = new CandleBatch()
  readonly #tick_rows: Batch
  readonly #candle_rows: Batch
  readonly #tick_encoder: Encoder | undefined
  readonly #candle_encoder: Encoder | undefined
  readonly #is_paced: boolean
  #gathered = new Uint8Array(GATHERED_BYTES)
  #gathered_bytes = 0

  constructor({ sink, kinds, is_paced, open }: OutputSetup) {
    this.#sink = sink
    this.#is_paced = is_paced
    const both = kinds.length > 1
    const fieldsOf = (fields: readonly Field[]): readonly Field[] => (both ? [TYPE_FIELD, ...fields] : fields)
    this.#tick_batch = new TickBatch(this.#instruments)
    this.#tick_rows = both ? labelled(this.#tick_batch, 'tick') : this.#tick_batch
    this.#candle_rows = both ? labelled(this.#candle_batch, 'candle') : this.#candle_batch
    this.#tick_encoder = kinds.includes('ticks') ? open(fieldsOf(TICK_FIELDS)) : undefined
    this.#candle_encoder = kinds.includes('candles') ? open(fieldsOf(CANDLE_FIELDS)) : undefined
    this.wanted = true
    for (const encoder of this.#encoders) this.#put(encoder.begin())
  }

  onTick({ view, at, length, received_at_ms, sequence, index, instrument }: RawTick): void {
    if (this.#tick_encoder === undefined || !this.wanted) return
    if (this.#candle_batch.rows > 0) this.#encode()
    const number = this.#first_instrument + index
    this.#instruments[number] ??= instrument
    this.#tick_batch.append(view, at, length, received_at_ms, sequence, number)
    this.ticks++
    if (this.#tick_batch.isFull) this.#encode()
  }

  onCandle(candle: Candle): void {
    if (this.#candle_encoder === undefined || !this.wanted) return
    if (this.#tick_batch.rows > 0) this.#encode()
    this.#candle_batch.append(candle)
    this.candles++
    if (this.#candle_batch.isFull) this.#encode()
  }

  prepare(): void {
    this.#encode()
  }

  flush(): void {
    this.#encode()
    this.#send()
  }

  nextSession(): void {
    this.#first_instrument = this.#instruments.length
  }

  finish(): void {
    this.#encode()
    for (const encoder of this.#encoders) this.#put(encoder.end())
    this.#send()
    this.#sink.finish()
  }

  abort(): void {
    this.#sink.abort()
  }

  get #encoders(): Encoder[] {
    return [this.#tick_encoder, this.#candle_encoder].filter((encoder) => encoder !== undefined)
  }

  /** At most one of the two batches holds rows. */
  #encode(): void {
    if (this.#tick_batch.rows > 0 && this.#tick_encoder !== undefined) this.#put(this.#tick_encoder.write(this.#tick_rows))
    if (this.#candle_batch.rows > 0 && this.#candle_encoder !== undefined)
      this.#put(this.#candle_encoder.write(this.#candle_rows))
    this.#tick_batch.clear()
    this.#candle_batch.clear()
  }

  #put(bytes: Uint8Array): void {
    if (this.#gathered_bytes + bytes.length > this.#gathered.length) {
      if (!this.#is_paced) this.#send()
      this.#makeRoom(this.#gathered_bytes + bytes.length)
    }
    this.#gathered.set(bytes, this.#gathered_bytes)
    this.#gathered_bytes += bytes.length
  }

  /** A single piece may be larger than all room there is, and what waits for its time must be kept whole. */
  #makeRoom(bytes: number): void {
    if (bytes <= this.#gathered.length) return
    const larger = new Uint8Array(Math.max(bytes, 2 * this.#gathered.length))
    larger.set(this.#gathered.subarray(0, this.#gathered_bytes))
    this.#gathered = larger
  }

  #send(): void {
    if (this.#gathered_bytes > 0) this.wanted = this.#sink.write(this.#gathered.subarray(0, this.#gathered_bytes)) && this.wanted
    this.#gathered_bytes = 0
  }
}
