import type { LineFault } from './line-fault.js'
import type { LogRecord } from './log-records.js'
import type { LoggedAlert } from './logged-alert.js'
import { type RecordReading, readAlert } from './read-alert.js'

/** What a log of alerts holds. */
export interface AlertLog {
  /** Records of any kind. */
  readonly records: number
  /** Alerts and leg events, in the order of the file. */
  readonly alerts: readonly LoggedAlert[]
  /** What production itself held back, where its log has that. */
  readonly held_back: readonly LoggedAlert[]
  /** Records that are no alerts, by `state` or `type`: what became of alerts, candles. */
  readonly left_out: Readonly<Record<string, number>>
  /** In the order of the file. */
  readonly faults: readonly LineFault[]
}

const ALERT_STATES: readonly (string | undefined)[] = [undefined, 'emitted', 'leg_event']
const HELD_BACK = 'suppressed'

/** Gathers the records of one log. */
export class AlertLogBuilder {
  readonly #reading: RecordReading
  readonly #alerts: LoggedAlert[] = []
  readonly #held_back: LoggedAlert[] = []
  readonly #left_out = new Map<string, number>()
  readonly #faults: LineFault[] = []
  readonly #first_lines = new Map<string, number>()
  #records = 0

  constructor(reading: Omit<RecordReading, 'onFault'>) {
    this.#reading = { ...reading, onFault: (fault) => this.onFault(fault) }
  }

  onFault(fault: LineFault): void {
    this.#faults.push(fault)
    if (isUnread(fault)) this.#records++
  }

  onRecord({ line, values }: LogRecord): void {
    this.#records++
    const type = wordOf(values.type)
    const state = wordOf(this.#reading.names.state.map((name) => values[name]).find((value) => value !== undefined))
    if (type !== undefined && type !== 'alert' && values.pattern_type === undefined) this.#leaveOut(type)
    else if (ALERT_STATES.includes(state)) this.#take(values, line)
    else if (state === HELD_BACK) this.#takeHeldBack(values, line)
    else this.#leaveOut(state ?? '')
  }

  finish(): AlertLog {
    return {
      records: this.#records,
      alerts: this.#alerts,
      held_back: this.#held_back,
      left_out: Object.fromEntries([...this.#left_out].sort(([a], [b]) => (a < b ? -1 : 1))),
      faults: this.#faults,
    }
  }

  #take(values: LogRecord['values'], line: number): void {
    const alert = readAlert(values, line, this.#reading)
    if (alert === undefined) return
    const first_line = alert.alert_id === undefined ? undefined : this.#first_lines.get(alert.alert_id)
    if (first_line === undefined) {
      if (alert.alert_id !== undefined) this.#first_lines.set(alert.alert_id, line)
      this.#alerts.push(alert)
      return
    }
    this.onFault({ kind: 'duplicate_id', line, detail: `${alert.alert_id}, as line ${first_line}` })
    this.#alerts.push({ ...alert, doubts: [...alert.doubts, 'duplicate_id'] })
  }

  /** What is wrong with it matters to nobody: it only explains. */
  #takeHeldBack(values: LogRecord['values'], line: number): void {
    const alert = readAlert(values, line, { ...this.#reading, onFault: () => {} })
    if (alert !== undefined) this.#held_back.push(alert)
    this.#leaveOut(HELD_BACK)
  }

  #leaveOut(what: string): void {
    this.#left_out.set(what, (this.#left_out.get(what) ?? 0) + 1)
  }
}

/** Told ahead of any record, of a line that gave none. */
const isUnread = ({ kind }: LineFault): boolean => kind === 'broken_json' || kind === 'broken_csv' || kind === 'not_an_alert'

const wordOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value.trim() !== '' ? value.trim() : undefined
