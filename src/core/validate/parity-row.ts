import type { Field } from '../market/index.js'
import { formatDate, type IstDay } from '../time/index.js'
import type { ParityDifference } from './parity.js'

/** A difference between log and replay, one row. */
export const PARITY_FIELDS = [
  { name: 'session_date', type: 'string', doc: 'Trading date, `2025-10-06`' },
  { name: 'timestamp', type: 'timestamp', doc: 'When the alert was known: by the replay, else by the log' },
  { name: 'symbol', type: 'string', doc: 'Trading symbol: of the replay, else of the log' },
  { name: 'pattern_type', type: 'string', doc: 'Id of the pattern' },
  { name: 'direction', type: 'string', doc: '`BUY`, `SELL` or `NEUTRAL`: of the replay, else of the log' },
  { name: 'kind', type: 'string', doc: 'In what way they differ' },
  { name: 'field', type: 'string', optional: true, doc: 'Which field differs; absent where a whole alert does' },
  { name: 'in_log', type: 'string', optional: true, doc: 'What the log says' },
  { name: 'in_replay', type: 'string', optional: true, doc: 'What the replay says' },
  { name: 'cause', type: 'string', doc: 'The first cause found' },
  { name: 'detail', type: 'string', optional: true, doc: 'The cause in words' },
  { name: 'also', type: 'string', optional: true, doc: 'What else was found' },
  { name: 'line', type: 'int', optional: true, doc: 'Line of the log' },
  { name: 'exchange', type: 'string', optional: true, doc: 'Exchange of the instrument' },
  { name: 'log_alert_id', type: 'string', optional: true, doc: 'Id in the log' },
  { name: 'alert_id', type: 'string', optional: true, doc: 'Id in the replay' },
] as const satisfies readonly Field[]

/** A difference as a row of `PARITY_FIELDS`. */
export type ParityRow = { readonly [name in (typeof PARITY_FIELDS)[number]['name']]: number | string | undefined }

/** The row of a difference on a day. */
export function parityRow(day: IstDay, difference: ParityDifference): ParityRow {
  const { logged, replayed, time_ms, kind, field, found, expected, cause, detail, also = [] } = difference
  return {
    session_date: formatDate(day),
    timestamp: time_ms,
    symbol: replayed?.instrument.symbol ?? logged?.symbol ?? '',
    pattern_type: replayed?.pattern ?? logged?.pattern ?? '',
    direction: replayed?.direction ?? logged?.direction ?? '',
    kind,
    field,
    in_log: textOf(found),
    in_replay: textOf(expected),
    cause,
    detail: detail === '' ? undefined : detail,
    also: also.length === 0 ? undefined : also.join('; '),
    line: logged?.line,
    exchange: replayed?.instrument.exchange ?? logged?.exchange,
    log_alert_id: logged?.alert_id,
    alert_id: replayed?.alert_id,
  }
}

const textOf = (value: string | number | undefined): string | undefined => (value === undefined ? undefined : String(value))
