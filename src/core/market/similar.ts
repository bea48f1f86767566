/**
 * The candidates nearest to a misspelt text, at most `count`: by edit distance (case ignored; up to a third of the text, at least 2), then
 * those it begins or is part of; ties by length, then by code units. The same on every machine.
 */
export function similarTexts(text: string, candidates: Iterable<string>, count: number): string[] {
  const wanted = text.toUpperCase()
  const limit = Math.max(2, Math.floor(wanted.length / 3))
  const near: { candidate: string; distance: number }[] = []
  for (const candidate of candidates) {
    const name = candidate.toUpperCase()
    const edits = Math.abs(name.length - wanted.length) <= limit ? editDistance(wanted, name, limit) : limit + 1
    const holds = name.startsWith(wanted) || (wanted.length > 2 && name.includes(wanted))
    const distance = edits > limit && wanted !== '' && holds ? limit : edits
    if (distance <= limit) near.push({ candidate, distance })
  }
  near.sort(
    (a, b) =>
      a.distance - b.distance ||
      a.candidate.length - b.candidate.length ||
      (a.candidate < b.candidate ? -1 : a.candidate > b.candidate ? 1 : 0),
  )
  return near.slice(0, count).map(({ candidate }) => candidate)
}

/** Levenshtein distance; any number above `limit` once it is out of reach. */
function editDistance(a: string, b: string, limit: number): number {
  let above = Array.from({ length: b.length + 1 }, (_, n) => n)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    let least = i
    for (let j = 1; j <= b.length; j++) {
      const swap = above[j - 1]! + (a.charCodeAt(i - 1) === b.charCodeAt(j - 1) ? 0 : 1)
      const cost = Math.min(swap, above[j]! + 1, row[j - 1]! + 1)
      row.push(cost)
      if (cost < least) least = cost
    }
    if (least > limit) return limit + 1
    above = row
  }
  return above[b.length]!
}
