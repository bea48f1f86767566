import { formatIso } from '../time/index.js'

/** Times before 2010 are no times but lengths. */
const TIME_MS_MIN = 1_262_304_000_000

/** Any JSON for a person: `name  value`, one line each, names of nested values joined by dots. Times (`..._ms`) as ISO 8601. */
export function plainLines(value: unknown): string[] {
  const pairs = pairsOf('', value)
  const widest = Math.max(0, ...pairs.map(([name]) => name.length))
  return pairs.map(([name, text]) => `${name.padEnd(widest)}  ${text}`)
}

function pairsOf(name: string, value: unknown): [name: string, text: string][] {
  if (typeof value === 'object' && value !== null)
    return Object.entries(value).flatMap(([key, one]) => pairsOf(name === '' ? key : `${name}.${key}`, one))
  if (typeof value === 'number' && name.endsWith('_ms') && value >= TIME_MS_MIN) return [[name, formatIso(value)]]
  return [[name, String(value)]]
}
