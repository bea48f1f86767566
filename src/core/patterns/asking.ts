import { type Score, type ScoreTerm, scoreOf } from './score.js'

/** How a number is held against its limit. */
export type Comparison = '>=' | '>' | '<=' | '<'

/**
 * The questions of a detector, by name. It asks them through its view, so that whoever wants to know why it spoke or kept silent hears them one by
 * one, with their numbers; the rule stands in one place only. NaN, a number that is not known, is never a yes.
 *
 * Names are those of the evidence of an alert. `about` says of what the next questions are: of one level among several, say.
 */
export interface Asking {
  atLeast(name: string, value: number, limit: number): boolean
  above(name: string, value: number, limit: number): boolean
  atMost(name: string, value: number, limit: number): boolean
  below(name: string, value: number, limit: number): boolean
  is(name: string, truth: boolean): boolean
  /** The last question of a way that leads nowhere: what would be needed is not there. */
  no(name: string): undefined
  about(what: string, price?: number): void
  score(terms: readonly ScoreTerm[]): Score
}

/** Nobody listens: the answers, and nothing else. */
class Silent implements Asking {
  atLeast(_name: string, value: number, limit: number): boolean {
    return value >= limit
  }
  above(_name: string, value: number, limit: number): boolean {
    return value > limit
  }
  atMost(_name: string, value: number, limit: number): boolean {
    return value <= limit
  }
  below(_name: string, value: number, limit: number): boolean {
    return value < limit
  }
  is(_name: string, truth: boolean): boolean {
    return truth
  }
  no(): undefined {
    return undefined
  }
  about(): void {}
  score(terms: readonly ScoreTerm[]): Score {
    return scoreOf(terms)
  }
}

/** For every run in which nobody asks why. */
export const SILENT: Asking = new Silent()

/** A question and its answer. */
export interface AskedStep {
  readonly name: string
  /** What it was about, where a detector looks at several things. */
  readonly about: string | undefined
  /** Feed units, of that. */
  readonly about_price: number | undefined
  /** Undefined for a question of yes or no. */
  readonly value: number | undefined
  readonly comparison: Comparison | undefined
  readonly limit: number | undefined
  readonly is_met: boolean
}

/** Writes down what a detector asks. */
export class Witness implements Asking {
  readonly steps: AskedStep[] = []
  /** Of each score that was worked out. */
  readonly scores: (readonly ScoreTerm[])[] = []
  readonly #goes_on: boolean
  #about: string | undefined
  #about_price: number | undefined

  /**
   * `goes_on`: every question is answered yes, whatever is true, so that those behind the first no are heard too. What the detector keeps in mind
   * is worthless afterwards.
   */
  constructor(goes_on: boolean) {
    this.#goes_on = goes_on
  }

  atLeast(name: string, value: number, limit: number): boolean {
    return this.#note(name, value >= limit, { value, comparison: '>=', limit })
  }
  above(name: string, value: number, limit: number): boolean {
    return this.#note(name, value > limit, { value, comparison: '>', limit })
  }
  atMost(name: string, value: number, limit: number): boolean {
    return this.#note(name, value <= limit, { value, comparison: '<=', limit })
  }
  below(name: string, value: number, limit: number): boolean {
    return this.#note(name, value < limit, { value, comparison: '<', limit })
  }
  is(name: string, truth: boolean): boolean {
    return this.#note(name, truth, NO_NUMBERS)
  }
  no(name: string): undefined {
    this.#note(name, false, NO_NUMBERS)
  }
  about(what: string, price?: number): void {
    this.#about = what
    this.#about_price = price
  }
  score(terms: readonly ScoreTerm[]): Score {
    this.scores.push(terms)
    return scoreOf(terms)
  }

  #note(name: string, is_met: boolean, numbers: Pick<AskedStep, 'value' | 'comparison' | 'limit'>): boolean {
    this.steps.push({ name, about: this.#about, about_price: this.#about_price, ...numbers, is_met })
    return is_met || this.#goes_on
  }
}

const NO_NUMBERS = { value: undefined, comparison: undefined, limit: undefined }
