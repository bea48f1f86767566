import { ALERT_FIELDS } from '../alerts/index.js'
import { CANDLE_FIELDS, type Field } from '../market/index.js'
import type { RowTable } from './row-table.js'

/** What rows are about: which columns name one, and when it was. */
export interface RowKind {
  readonly id: 'candles' | 'alerts'
  /** Columns that a file of this kind must have: together they name a row. */
  readonly key: readonly string[]
  /** Part of the name where both sides have it. */
  readonly key_if_there: readonly string[]
  /** Column with the time of a row, ms. */
  readonly time: string
  /** Column with how long after it the row was complete, ms. */
  readonly lasts: string | undefined
  /** What a person is told of a row that only one side has. */
  readonly shown: readonly string[]
  /** Columns that say who made a row, not what it says: their differences are told last. */
  readonly provenance: readonly string[]
  readonly fields: readonly Field[]
}

/** Candles, with or without indicators beside them. */
export const CANDLE_ROWS: RowKind = {
  id: 'candles',
  key: ['symbol', 'exchange', 'interval', 'timestamp'],
  key_if_there: ['revision'],
  time: 'timestamp',
  lasts: 'expected_ms',
  shown: ['open', 'high', 'low', 'close', 'volume'],
  provenance: [],
  fields: CANDLE_FIELDS,
}

/**
 * Alerts, named by what they say and not by `alert_id`: the configuration is part of the id, so that another threshold would give all of them
 * other names. Ids are values like others; their differences are told last.
 */
export const ALERT_ROWS: RowKind = {
  id: 'alerts',
  key: ['symbol', 'exchange', 'pattern_type', 'direction', 'known_at_ms', 'state'],
  key_if_there: [],
  time: 'known_at_ms',
  lasts: undefined,
  shown: ['confidence', 'price', 'entry_price', 'stop_loss', 'target_price'],
  provenance: ['alert_id', 'group_id', 'parent_id', 'engine_version', 'config_hash'],
  fields: ALERT_FIELDS,
}

/** Of which kind rows with these columns are; undefined for none that can be compared. */
export function rowKindOf(columns: readonly string[]): RowKind | undefined {
  return [ALERT_ROWS, CANDLE_ROWS].find((kind) => missingKeys(kind, columns).length === 0)
}

/**
 * In NDJSON a field without a value in any row leaves no trace. Those that records of the kind may lack are columns all the same, so that a value
 * on the other side only is a changed value and no other set of columns.
 */
export function addUnseenFields(table: RowTable, { fields }: RowKind): void {
  if (table.has_schema) return
  for (const { name, type, optional } of fields) if (optional === true && table.indexOf(name) < 0) table.addColumn(name, type)
}

/** Columns that rows of the kind must have and these have not. */
export function missingKeys({ key, time }: RowKind, columns: readonly string[]): string[] {
  return [...new Set([...key, time])].filter((name) => !columns.includes(name))
}
