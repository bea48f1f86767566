import type { Candle } from '../market/index.js'
import type { Detection } from '../patterns/index.js'
import type { AlertSetup } from './alert.js'

/** Decides which detections become alerts, and follows those until they end. Everything in virtual time. */
export class AlertDesk {
  readonly #setup: AlertSetup

  constructor(setup: AlertSetup) {
    this.#setup = setup
  }

  /** A detection of the present moment; decided in `onMoment`. */
  onDetection(_detection: Detection): void {
    this.#setup.rules.min_confidence
  }

  /** A minute bar of any instrument has closed: what it does to the alerts that are active. Before the detections of its moment. */
  onMinute(_candle: Candle): void {}

  /** The detections of a moment are all in. */
  onMoment(_now_ms: number): void {}
}
