import { type IstDay, istDay, type TimestampMs } from '../../core/time/index.js'
import type { Gate } from '../read-session.js'

/** Reads a recording up to a moment. Beyond it, it goes on only as long as nothing has been quoted, so that an error can say when that begins. */
export class ChainGate implements Gate {
  until_ms = Number.NEGATIVE_INFINITY
  /** When the first record was received; undefined before. */
  first_ms: TimestampMs | undefined
  /** The moment: nothing received at or after it counts. */
  at_ms = Number.POSITIVE_INFINITY
  /** A record was received at or after the moment. */
  is_beyond = false
  /** Records of after the moment were handed out, since nothing had been quoted by then. */
  is_late = false
  readonly #momentOn: (day: IstDay) => TimestampMs
  readonly #day: IstDay | undefined
  readonly #isQuoted: () => boolean

  constructor(setup: { day: IstDay | undefined; momentOn: (day: IstDay) => TimestampMs; isQuoted: () => boolean }) {
    this.#day = setup.day
    this.#momentOn = setup.momentOn
    this.#isQuoted = setup.isQuoted
  }

  pass(next_ms: TimestampMs | undefined): boolean {
    if (next_ms === undefined) return true
    if (this.first_ms === undefined) {
      this.first_ms = next_ms
      this.at_ms = this.#momentOn(this.#day ?? istDay(next_ms))
    }
    if (next_ms < this.at_ms) {
      this.until_ms = this.at_ms - 1
      return true
    }
    this.is_beyond = true
    if (this.#isQuoted()) return false
    this.is_late = true
    this.until_ms = next_ms
    return true
  }
}
