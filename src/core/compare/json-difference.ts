/** Where two JSON values part. `path` is empty where they do so at once; a side without the value is undefined. */
export interface JsonDifference {
  readonly path: string
  readonly expected: string | undefined
  readonly found: string | undefined
}

/** The first place, in the order of sorted keys, at which two JSON texts differ. */
export function jsonDifference(expected: string, found: string): JsonDifference {
  return partingOf(JSON.parse(expected), JSON.parse(found), '')
}

function partingOf(expected: unknown, found: unknown, path: string): JsonDifference {
  if (isHolder(expected) && isHolder(found) && Array.isArray(expected) === Array.isArray(found)) {
    for (const key of [...new Set([...Object.keys(expected), ...Object.keys(found)])]) {
      const [left, right] = [expected[key], found[key]]
      if (textOf(left) !== textOf(right)) return partingOf(left, right, path === '' ? key : `${path}.${key}`)
    }
  }
  return { path, expected: textOf(expected), found: textOf(found) }
}

const isHolder = (value: unknown): value is Record<string, unknown> => typeof value === 'object' && value !== null
const textOf = (value: unknown): string | undefined => (value === undefined ? undefined : JSON.stringify(value))
