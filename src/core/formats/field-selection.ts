import { usageError } from '../errors.js'
import { type Field, similarTexts } from '../market/index.js'

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
    const near = similarTexts(name, known, SUGGESTIONS_MAX)
    throw usageError(
      'unknown_field',
      `No field is named ${JSON.stringify(name)}${near.length > 0 ? `; did you mean ${near.join(', ')}?` : '.'}`,
      `fields: ${[...fields.filter((field) => field.path === undefined).map((field) => field.name), ...groups].join(', ')}`,
    )
  }
  return fields.filter((field) => wanted.has(field.name) || (field.path !== undefined && wanted.has(String(field.path[0]))))
}
