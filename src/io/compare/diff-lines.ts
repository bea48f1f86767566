import {
  amount,
  countLines,
  differenceLines,
  recordCountLines,
  recordDifferenceLines,
  remarks,
} from '../../core/compare/index.js'
import type { DiffAnswer, DiffWords } from './run-diff.js'

/** The answer of a comparison for people. */
export function diffLines(answer: DiffAnswer, { expected, found }: Pick<DiffWords, 'expected' | 'found'>): string[] {
  const sides = `(expected: ${expected}; found: ${found})`
  if (answer.kind === 'recordings') {
    const { records, nameOf } = answer
    if (records.equal) return [`The same: ${amount(records.same, 'record')}.`]
    return [
      `Not the same: of ${amount(records.expected_records, 'record')} ${records.same} are equal ${sides}.`,
      headOf(records.first.length, records.differences),
      ...records.first.flatMap((one) => recordDifferenceLines(one, nameOf)).map((line) => `  ${line}`),
      'By kind:',
      ...recordCountLines(records),
    ]
  }
  const { rows } = answer
  if (rows.equal) return [`The same: ${[amount(rows.equal_rows, 'row'), ...remarks(rows)].join('; ')}.`]
  const total = rows.missing + rows.extra + rows.changed
  return [
    `Not the same: of ${amount(rows.expected_rows, 'row')} ${rows.equal_rows} are equal ${sides}.`,
    ...(total === 0 ? [] : [headOf(rows.first.length, total)]),
    ...rows.first.flatMap(differenceLines).map((line) => `  ${line}`),
    'By kind:',
    ...countLines(rows),
    ...remarks(rows).map((remark) => `  (${remark})`),
  ]
}

function headOf(shown: number, total: number): string {
  if (shown === 0) return `${amount(total, 'difference')}.`
  if (shown === total) return total === 1 ? 'The difference:' : `The ${total} differences:`
  return `The first ${shown === 1 ? '' : `${shown} `}of ${total} differences:`
}
