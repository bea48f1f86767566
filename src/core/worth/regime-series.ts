import type { Candle } from '../market/index.js'
import { VixRegime, type VixRegimeName } from '../options/index.js'
import type { TimestampMs } from '../time/index.js'

const VIX_SYMBOL = 'INDIA VIX'

/** The regime by India VIX over a session; undefined before its first minute, and all day where the recording has none. */
export class RegimeSeries {
  readonly #regime = new VixRegime()
  readonly #changes: { readonly from_ms: TimestampMs; readonly name: VixRegimeName }[] = []

  /** Minute bars, in order. */
  onMinute({ instrument, close, close_time_ms }: Candle): void {
    if (instrument.symbol !== VIX_SYMBOL) return
    const name = this.#regime.update(close / instrument.price_divisor)
    if (name !== undefined && name !== this.#changes.at(-1)?.name) this.#changes.push({ from_ms: close_time_ms, name })
  }

  at(time_ms: TimestampMs): VixRegimeName | undefined {
    return this.#changes.findLast(({ from_ms }) => from_ms <= time_ms)?.name
  }
}
