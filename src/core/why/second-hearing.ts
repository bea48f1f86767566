import { type Asking, type PatternDefinition, type PatternView, Witness } from '../patterns/index.js'
import type { TimestampMs } from '../time/index.js'
import type { Hearing } from './hearing.js'

/**
 * Listens to the same run again and lets the detectors that kept silent in the moment go on behind their first no. What they do after it is
 * worthless, so such a run ends there.
 */
export class SecondHearing {
  /** By id of the pattern. */
  readonly asked = new Map<string, Witness>()
  readonly #first: Hearing
  #has_bar: boolean
  #has_second: boolean

  constructor(first: Hearing) {
    this.#first = first
    this.#has_bar = !this.#isWanted(first.bar)
    this.#has_second = !this.#isWanted(first.second)
  }

  /** For `BankSetup.listen`. */
  listen(pattern: PatternDefinition, view: PatternView, known_at_ms: TimestampMs): Asking | undefined {
    const { question, bar, second, records } = this.#first
    if (view.instrument.instrument_token !== question.instrument_token) return undefined
    const is_second = pattern.cadence === 'second'
    const moment = is_second ? second : bar
    if (moment?.known_at_ms !== known_at_ms) return undefined
    if (is_second) this.#has_second = true
    else this.#has_bar = true
    if (!moment.asked.has(pattern.id) || records.has(pattern.id)) return undefined
    const witness = new Witness(true)
    this.asked.set(pattern.id, witness)
    return witness
  }

  /** Both moments have been. */
  get is_over(): boolean {
    return this.#has_bar && this.#has_second
  }

  /** True when somebody kept silent. */
  #isWanted(moment: Hearing['bar']): boolean {
    return moment !== undefined && [...moment.asked.keys()].some((id) => !this.#first.records.has(id))
  }
}
