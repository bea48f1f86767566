import type { RawTick } from '../../core/engine/index.js'
import { FULL_BYTES, INDEX_FULL_BYTES, readExchangeTime, readIndexExchangeTime } from '../../core/wire/index.js'

/** Kept of one instrument; a recording with more has another problem. */
const KEPT_MAX = 10_000
const NONE: readonly number[] = []

/** Packets whose exchange time lies behind one of the same instrument that came before. */
export class LateTicks {
  /** By dense number of the instrument: the newest exchange second so far. */
  readonly #newest_s: number[] = []
  readonly #times = new Map<number, number[]>()

  onTick({ view, at, length, index, instrument, received_at_ms }: RawTick): void {
    const exchange_s =
      length === FULL_BYTES ? readExchangeTime(view, at) : length === INDEX_FULL_BYTES ? readIndexExchangeTime(view, at) : 0
    if (exchange_s === 0) return
    const newest_s = this.#newest_s[index] ?? 0
    if (exchange_s >= newest_s) {
      this.#newest_s[index] = exchange_s
      return
    }
    const times = this.#times.get(instrument.instrument_token) ?? []
    if (times.length < KEPT_MAX) times.push(received_at_ms)
    this.#times.set(instrument.instrument_token, times)
  }

  /** Times of receipt, in order. */
  of(instrument_token: number): readonly number[] {
    return this.#times.get(instrument_token) ?? NONE
  }
}
