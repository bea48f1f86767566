import { usageError } from '../errors.js'

const UNIT_MS: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000 }

/** Reads `500ms`, `5s`, `1.5m`, `1h`, `7d` and a bare number of seconds; answers ms. `flag` is for the message. */
export function parseDuration(text: string, flag: string): number {
  const match = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)?$/.exec(text.trim().toLowerCase())
  if (match === null)
    throw usageError('bad_duration', `${flag} "${text}" is no duration: expected for example 500ms, 5s or 2m.`, `${flag} 5s`)
  return Number(match[1]) * (UNIT_MS[match[2] ?? 's'] ?? 1000)
}
