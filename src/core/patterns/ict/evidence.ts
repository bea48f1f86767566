import type { EvidenceValue } from '../pattern.js'

/** Evidence without the numbers that are not known: a score lists those under `missing`. */
export function known(evidence: Readonly<Record<string, EvidenceValue | undefined>>): Record<string, EvidenceValue> {
  const told: Record<string, EvidenceValue> = {}
  for (const [name, value] of Object.entries(evidence))
    if (value !== undefined && !(typeof value === 'number' && Number.isNaN(value))) told[name] = value
  return told
}
