import { formatIso } from '../time/index.js'
import type { MessageDifference, RecordComparisonResult, RecordDifference, RecordPlace } from './record-difference.js'
import { amount } from './row-lines.js'

const FIELDS_SHOWN = 6
const BY_FIELD_SHOWN = 12

/** One difference of two recordings. `nameOf` tells an instrument by its token. */
export function recordDifferenceLines(difference: RecordDifference, nameOf: (token: number) => string): string[] {
  const { kind, records, expected, found, message } = difference
  const first = (expected ?? found)!
  const what = `${kind.padEnd(7)} `
  if (kind === 'changed') return [`${what}record ${placeText(first)}`, ...messageLines(message!, expected!, found!, nameOf)]
  const shift_ms = kind === 'time' ? found!.received_at_ms - expected!.received_at_ms : 0
  const shift =
    kind === 'time'
      ? [`  found ${Math.abs(shift_ms)} ms ${shift_ms > 0 ? 'later' : 'earlier'}, from record ${found!.record} on`]
      : []
  if (records === 1) return [`${what}record ${placeText(first)}`, ...shift]
  const stretch = `received from ${formatIso(first.received_at_ms)} to ${formatIso(difference.last_received_at_ms)}`
  return [`${what}${records} records from ${first.record} on, ${stretch}`, ...shift]
}

/** Counts of all kinds there are. */
export function recordCountLines(result: RecordComparisonResult): string[] {
  const { missing, extra, changed, time, shift_ms, by_field, expected_records, found_records } = result
  const shift =
    shift_ms === null
      ? ''
      : shift_ms.least === shift_ms.most
        ? `${shift_ms.least} ms`
        : `${shift_ms.least} to ${shift_ms.most} ms`
  const rest = by_field.length > BY_FIELD_SHOWN ? [`    and ${by_field.length - BY_FIELD_SHOWN} more fields`] : []
  return [
    ...(missing > 0 ? [`  missing  ${missing} of ${expected_records} expected records`] : []),
    ...(extra > 0 ? [`  extra    ${extra} of ${found_records} found records`] : []),
    ...(changed > 0 ? [`  changed  ${amount(changed, 'record')} of the same millisecond`] : []),
    ...by_field.slice(0, BY_FIELD_SHOWN).map(({ field, packets }) => `    ${field}  in ${amount(packets, 'packet')}`),
    ...rest,
    ...(time > 0 ? [`  time     ${amount(time, 'record')} with the same bytes at another time, by ${shift}`] : []),
  ]
}

function messageLines(
  { offset, packet, instrument_token, fields }: MessageDifference,
  expected: RecordPlace,
  found: RecordPlace,
  nameOf: (token: number) => string,
): string[] {
  const sizes = [
    ...(expected.bytes === found.bytes ? [] : [`${expected.bytes} bytes expected, ${found.bytes} found`]),
    ...(expected.packets === found.packets ? [] : [`${expected.packets} packets expected, ${found.packets} found`]),
  ]
  const where =
    packet === undefined ? [] : [`packet ${packet}${instrument_token === undefined ? '' : ` of ${nameOf(instrument_token)}`}`]
  return [
    `  ${[`from byte ${offset} on`, ...sizes, ...where].join('; ')}`,
    ...fields
      .slice(0, FIELDS_SHOWN)
      .map(({ field, expected: a = 'none', found: b = 'none' }) => `    ${field}  expected ${a}  found ${b}`),
    ...(fields.length > FIELDS_SHOWN ? [`    and ${fields.length - FIELDS_SHOWN} more fields`] : []),
  ]
}

const placeText = ({ record, received_at_ms, bytes, packets }: RecordPlace): string =>
  `${record}, received at ${formatIso(received_at_ms)}, ${amount(bytes, 'byte')}${packets === 0 ? '' : `, ${amount(packets, 'packet')}`}`
