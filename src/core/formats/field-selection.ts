import { usageError } from '../errors.js'
import type { Field } from '../market/index.js'

const SUGGESTIONS_MAX = 3

/**
 * The fields of `--fields`, in the order of the table whatever the order of asking: the same fields give the same bytes. A name may be that
 * of a group (`ohlc`, `depth`: the first part of a path). Throws a usage error for a name the table does not have.
 */
export function fieldsNamed(fields: readonly Field[], names: readonly string[]): readonly Field[] {
  const groups = new Set(fields.flatMap((field) => (field.path === undefined ? [] : [String(field.path[0])])))
  const wanted = new Set(names)
  for (const name of wanted) {
    if (groups.has(name) || fields.some((field) => field.name === name)) continue
    const known = [...fields.map((field) => field.name), ...groups]
    const near = similarNames(name, known)
    throw usageError(
      'unknown_field',
      `No field is named ${JSON.stringify(name)}${near.length > 0 ? `; did you mean ${near.join(', ')}?` : '.'}`,
      `fields: ${[...fields.filter((field) => field.path === undefined).map((field) => field.name), ...groups].join(', ')}`,
    )
  }
  return fields.filter((field) => wanted.has(field.name) || (field.path !== undefined && wanted.has(String(field.path[0]))))
}

/** Known names within a third of the letters, or that hold the name; nearest first, then in the order of the table. */
function similarNames(name: string, known: readonly string[]): string[] {
  return known
    .map((candidate, order) => ({
      candidate,
      order,
      distance: candidate.includes(name) && name !== '' ? 1 : editDistance(name, candidate),
    }))
    .filter(({ candidate, distance }) => distance <= Math.max(1, Math.floor(Math.max(name.length, candidate.length) / 3)))
    .sort((a, b) => a.distance - b.distance || a.order - b.order)
    .slice(0, SUGGESTIONS_MAX)
    .map(({ candidate }) => candidate)
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++)
      next.push(Math.min(row[j]! + 1, next[j - 1]! + 1, row[j - 1]! + (a[i - 1] === b[j - 1] ? 0 : 1)))
    row = next
  }
  return row[b.length]!
}
