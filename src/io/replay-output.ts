import { ALERT_FIELDS, type Alert, alertCells } from '../core/alerts/index.js'
import type { RawTick } from '../core/engine/index.js'
import { usageError } from '../core/errors.js'
import { type Batch, CandleBatch, type Encoder, labelled, RecordBatch, TickBatch, TYPE_FIELD } from '../core/formats/index.js'
import { CANDLE_FIELDS, type Candle, type Field, type Instrument, TICK_FIELDS } from '../core/market/index.js'
import { type FormatId, loadFormat } from './formats.js'
import { openFile, openStdout, type Sink } from './output.js'

export const RECORD_KINDS = ['ticks', 'candles', 'alerts'] as const
export type RecordKind = (typeof RECORD_KINDS)[number]

/** Where the records of a replay go, in the order in which they are given. */
export interface ReplayOutput {
  readonly ticks: number
  readonly candles: number
  readonly alerts: number
  /** False once nobody reads any more. */
  readonly wanted: boolean
  onTick(tick: RawTick): void
  onCandle(candle: Candle): void
  onAlert(alert: Alert): void
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
      `--emit does not know "${unknown ?? ''}": expected ${RECORD_KINDS.join(', ')} or several.`,
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

/** Records of one kind on their way out. */
interface Lane {
  readonly batch: Batch & { clear(): void; readonly isFull: boolean }
  /** The batch, with the kind in front where there are several. */
  readonly rows: Batch
  readonly encoder: Encoder
}

/**
 * Records of several kinds in one stream. Each kind fills its own batch; when another kind comes, the batch is encoded, so the order holds. With
 * several kinds every line begins with its `type`; with one kind the bytes are those of `mds decode`, `mds candles` and `mds patterns`.
 */
class MergedOutput implements ReplayOutput {
  ticks = 0
  candles = 0
  alerts = 0
  wanted: boolean
  readonly #sink: Sink
  readonly #instruments: Instrument[] = []
  /** Number of the session's first instrument among all. */
  #first_instrument = 0
  readonly #tick_batch: TickBatch
  readonly #candle_batch = new CandleBatch()
  readonly #alert_batch = new RecordBatch(ALERT_FIELDS)
  readonly #tick_lane: Lane | undefined
  readonly #candle_lane: Lane | undefined
  readonly #alert_lane: Lane | undefined
  /** The one whose batch holds rows. */
  #filling: Lane | undefined
  readonly #is_paced: boolean
  #gathered = new Uint8Array(GATHERED_BYTES)
  #gathered_bytes = 0

  constructor({ sink, kinds, is_paced, open }: OutputSetup) {
    this.#sink = sink
    this.#is_paced = is_paced
    const laneOf = (kind: RecordKind, type: string, fields: readonly Field[], batch: Lane['batch']): Lane | undefined => {
      if (!kinds.includes(kind)) return undefined
      if (kinds.length === 1) return { batch, rows: batch, encoder: open(fields) }
      return { batch, rows: labelled(batch, type), encoder: open([TYPE_FIELD, ...fields]) }
    }
    this.#tick_batch = new TickBatch(this.#instruments)
    this.#tick_lane = laneOf('ticks', 'tick', TICK_FIELDS, this.#tick_batch)
    this.#candle_lane = laneOf('candles', 'candle', CANDLE_FIELDS, this.#candle_batch)
    this.#alert_lane = laneOf('alerts', 'alert', ALERT_FIELDS, this.#alert_batch)
    this.wanted = true
    for (const { encoder } of this.#lanes) this.#put(encoder.begin())
  }

  onTick({ view, at, length, received_at_ms, sequence, index, instrument }: RawTick): void {
    if (!this.#turnTo(this.#tick_lane)) return
    const number = this.#first_instrument + index
    this.#instruments[number] ??= instrument
    this.#tick_batch.append(view, at, length, received_at_ms, sequence, number)
    this.ticks++
    if (this.#tick_batch.isFull) this.#encode()
  }

  onCandle(candle: Candle): void {
    if (!this.#turnTo(this.#candle_lane)) return
    this.#candle_batch.append(candle)
    this.candles++
    if (this.#candle_batch.isFull) this.#encode()
  }

  onAlert(alert: Alert): void {
    if (!this.#turnTo(this.#alert_lane)) return
    this.#alert_batch.append(alertCells(alert), alert.detection.instrument.price_divisor)
    this.alerts++
    if (this.#alert_batch.isFull) this.#encode()
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
    for (const { encoder } of this.#lanes) this.#put(encoder.end())
    this.#send()
    this.#sink.finish()
  }

  abort(): void {
    this.#sink.abort()
  }

  get #lanes(): Lane[] {
    return [this.#tick_lane, this.#candle_lane, this.#alert_lane].filter((lane) => lane !== undefined)
  }

  /** False when nobody wants records of the kind. */
  #turnTo(lane: Lane | undefined): boolean {
    if (lane === undefined || !this.wanted) return false
    if (this.#filling !== lane) {
      this.#encode()
      this.#filling = lane
    }
    return true
  }

  #encode(): void {
    const lane = this.#filling
    if (lane === undefined || lane.batch.rows === 0) return
    this.#put(lane.encoder.write(lane.rows))
    lane.batch.clear()
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
