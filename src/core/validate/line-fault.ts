/**
 * What can be wrong with one record of a log of alerts. `skipped`: nothing can be made of it. `doubtful`: it takes part in the comparison with a
 * replay, since production did tell it, but nothing is measured on it. `used`: it is taken as the text says.
 */
export const LINE_FAULTS = {
  broken_json: { effect: 'skipped', doc: 'Not JSON' },
  broken_csv: { effect: 'skipped', doc: 'A row that breaks the quoting rules, or has more cells than the header' },
  not_an_alert: { effect: 'skipped', doc: 'JSON, but no object' },
  no_pattern: { effect: 'skipped', doc: 'No `pattern_type` or `pattern`' },
  no_symbol: { effect: 'skipped', doc: 'Neither a symbol nor an `instrument_token`' },
  no_direction: { effect: 'skipped', doc: 'Neither `direction` nor `signal`' },
  bad_direction: { effect: 'skipped', doc: 'A direction in words that are not known' },
  no_time: { effect: 'skipped', doc: 'No time' },
  bad_time: { effect: 'skipped', doc: 'A time that cannot be read, or not of the years 2010 to 2099' },
  no_date: { effect: 'skipped', doc: 'A time of the day only, and no date that it belongs to' },
  bad_number: { effect: 'skipped', doc: 'A confidence, price or token that is no number' },
  confidence_range: { effect: 'doubtful', doc: 'A confidence that is not from 0 to 1' },
  two_directions: { effect: 'doubtful', doc: '`direction` and `signal` contradict each other' },
  duplicate_id: { effect: 'doubtful', doc: 'The `alert_id` of an earlier record' },
  unknown_symbol: { effect: 'doubtful', doc: 'A symbol that no instrument master of the day has' },
  outside_session: { effect: 'doubtful', doc: 'A time outside the trading hours of the instrument' },
  two_exchanges: {
    effect: 'used',
    doc: 'A symbol of two exchanges, and no exchange given: the one that the recording carries, else the first of the master',
  },
  no_zone: { effect: 'used', doc: 'A time without a zone: taken as Indian time' },
} as const satisfies Readonly<Record<string, { effect: 'skipped' | 'doubtful' | 'used'; doc: string }>>

export type LineFaultKind = keyof typeof LINE_FAULTS

/** What is wrong with a record, and where. */
export interface LineFault {
  readonly kind: LineFaultKind
  /** 1-based line of the file; of a Parquet file the 1-based row. */
  readonly line: number
  /** What was found, for people. */
  readonly detail: string
  /** What of it could be read: as the log writes it. */
  readonly pattern?: string | undefined
  readonly symbol?: string | undefined
}
