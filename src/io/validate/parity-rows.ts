import { type Cell, type Format, RecordBatch } from '../../core/formats/index.js'
import type { Field } from '../../core/market/index.js'
import { formatDate } from '../../core/time/index.js'
import type { ParityDifference } from '../../core/validate/index.js'
import { EncodedOutput } from '../encoded-output.js'
import type { Sink } from '../output.js'
import type { ParityOfDay } from './run-parity.js'

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
export type ParityRow = { readonly [name in (typeof PARITY_FIELDS)[number]['name']]: Cell }

export function parityRow(day: number, difference: ParityDifference): ParityRow {
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

/** One row a difference, in any format. */
export function writeParityRows(sink: Sink, format: Format, days: readonly ParityOfDay[]): void {
  const output = new EncodedOutput(sink, format.open(PARITY_FIELDS))
  try {
    const batch = new RecordBatch(PARITY_FIELDS)
    for (const { replayed, parity } of days)
      for (const difference of parity.differences) {
        const row = parityRow(replayed.day, difference)
        batch.append(
          PARITY_FIELDS.map(({ name }) => row[name]),
          1,
        )
        if (!batch.isFull) continue
        output.write(batch)
        batch.clear()
      }
    output.write(batch)
    output.finish()
  } catch (error) {
    output.abort()
    throw error
  }
}

const textOf = (value: string | number | undefined): string | undefined => (value === undefined ? undefined : String(value))
