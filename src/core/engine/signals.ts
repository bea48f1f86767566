import { AlertDesk, type AlertSetup } from '../alerts/index.js'
import type { Candle } from '../market/index.js'
import { type BankSetup, PatternBank } from '../patterns/index.js'
import type { PipelineListener } from './pipeline.js'

/** Detectors and gates, with what they need. */
export interface SignalSetup extends Omit<BankSetup, 'onDetection'>, AlertSetup {}

/**
 * From closed bars to alerts: what `patterns`, `replay --emit alerts` and `capture --patterns` share. Give it every candle of the intervals it
 * lives on, then each moment; it knows nothing else of the run.
 */
export class Signals implements Pick<Required<PipelineListener>, 'onCandle' | 'onMoment'> {
  readonly bank: PatternBank
  readonly #desk: AlertDesk

  constructor(setup: SignalSetup) {
    const desk = new AlertDesk(setup)
    this.#desk = desk
    this.bank = new PatternBank({ ...setup, onDetection: (detection) => desk.onDetection(detection) })
  }

  onCandle(candle: Candle): void {
    if (candle.interval === '1m') this.#desk.onMinute(candle)
    this.bank.onCandle(candle)
  }

  onMoment(now_ms: number): void {
    this.bank.onMoment(now_ms)
    this.#desk.onMoment(now_ms)
  }

  /** Undefined unless a detector wants to be asked each second. */
  get onSecond(): ((now_ms: number) => void) | undefined {
    if (!this.bank.wants_seconds) return undefined
    return (now_ms) => {
      this.bank.onSecond(now_ms)
      this.#desk.onMoment(now_ms)
    }
  }
}
