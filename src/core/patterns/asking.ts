import { type Score, type ScoreTerm, scoreOf } from './score.js'

/** As in `Side`: 1 buys, -1 sells. */
type AskedSide = 1 | -1

/** How a number is held against its limit. */
export type Comparison = '>=' | '>' | '<=' | '<'

/**
 * The questions of a detector, by name. It asks them through its view, so that whoever wants to know why it spoke or kept silent hears them one by
 * one, with their numbers; the rule stands in one place only. NaN, a number that is not known, is never a yes.
 *
 * Names are those of the evidence of an alert, numbers as the rule sees them: where one rule serves both sides, a fall is a rise to the seller.
 * Most rules can be met in several ways: on either side, at one level or another. `side` and `about` begin the questions of one way; those before
 * them are asked of all. A detector claims when every answer of one way is yes, so no way may end without a claim and without a no.
 */
export interface Asking {
  atLeast(name: string, value: number, limit: number): boolean
  above(name: string, value: number, limit: number): boolean
  atMost(name: string, value: number, limit: number): boolean
  below(name: string, value: number, limit: number): boolean
  is(name: string, truth: boolean): boolean
  /** The last question of a way that leads nowhere: what would be needed is not there. */
  no(name: string): undefined
  /** What follows is asked of one side. */
  side(side: AskedSide): void
  /** What follows is asked of one of several things: a level, a gap, a subtype; on the side last begun, if there is one. Price in feed units. */
  about(what: string, price?: number): void
  /** What follows decides nothing by itself; the question of this name, asked after it, does. For what can be met in more than one manner. */
  parts(of: string): void
  /** Asked before a claim where other ways would be left out by it: those who want to hear them all say no when an answer was none of their own. */
  holds(): boolean
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
  side(): void {}
  about(): void {}
  parts(): void {}
  holds(): boolean {
    return true
  }
  score(terms: readonly ScoreTerm[]): Score {
    return scoreOf(terms)
  }
}

/** For every run in which nobody asks why. */
export const SILENT: Asking = new Silent()

/** A question and its answer. */
export interface AskedStep {
  readonly name: string
  /** Name of the question that this one is a part of; it decides nothing by itself. */
  readonly part_of: string | undefined
  /** Undefined for a question of yes or no. */
  readonly value: number | undefined
  readonly comparison: Comparison | undefined
  readonly limit: number | undefined
  /** The truth, whatever was answered. */
  readonly is_met: boolean
  /** `no`: nothing could be asked behind it. */
  readonly is_end: boolean
}

/** Questions asked of one thing, and those that went on from there. */
export interface AskedWay {
  /** Undefined for what both sides have in common. */
  readonly side: AskedSide | undefined
  /** What it was about, where a detector looks at several things. */
  readonly about: string | undefined
  /** Feed units, of that. */
  readonly about_price: number | undefined
  readonly steps: AskedStep[]
  readonly ways: AskedWay[]
}

/** Writes down what a detector asks. */
export class Witness implements Asking {
  /** Questions of all ways, and the ways. */
  readonly asked: AskedWay = wayOf(undefined, undefined, undefined)
  /** Each score that was worked out. */
  readonly scores: (readonly ScoreTerm[])[] = []
  readonly #goes_on: boolean
  #of_side = this.asked
  #way = this.asked
  #part_of: string | undefined

  /**
   * `goes_on`: every question but a part is answered yes, whatever is true, so that those behind the first no are heard too. What the detector keeps
   * in mind is worthless afterwards.
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
    this.#note(name, false, NO_NUMBERS, true)
  }
  side(side: AskedSide): void {
    this.#of_side = wayOf(side, undefined, undefined)
    this.asked.ways.push(this.#of_side)
    this.#enter(this.#of_side)
  }
  about(what: string, price?: number): void {
    const way = wayOf(this.#of_side.side, String(what), price)
    this.#of_side.ways.push(way)
    this.#enter(way)
  }
  parts(of: string): void {
    this.#part_of = of
  }
  holds(): boolean {
    return !this.#goes_on || [this.asked, this.#of_side, this.#way].every(({ steps }) => steps.every(isYes))
  }
  score(terms: readonly ScoreTerm[]): Score {
    this.scores.push(terms)
    return scoreOf(terms)
  }

  #enter(way: AskedWay): void {
    this.#way = way
    this.#part_of = undefined
  }

  #note(name: string, is_met: boolean, numbers: Pick<AskedStep, 'value' | 'comparison' | 'limit'>, is_end = false): boolean {
    if (name === this.#part_of) this.#part_of = undefined
    const part_of = this.#part_of
    this.#way.steps.push({ name: String(name), part_of, ...numbers, is_met, is_end })
    return is_met || (this.#goes_on && part_of === undefined)
  }
}

const NO_NUMBERS = { value: undefined, comparison: undefined, limit: undefined }

const wayOf = (side: AskedSide | undefined, about: string | undefined, about_price: number | undefined): AskedWay => ({
  side,
  about,
  about_price,
  steps: [],
  ways: [],
})

/** Parts do not decide. */
const isYes = ({ is_met, part_of }: AskedStep): boolean => is_met || part_of !== undefined
