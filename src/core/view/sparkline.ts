const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const
const MIDDLE = '▄'

/** The values, oldest first, between their own lowest (or `low`, which none is below) and highest; a flat run lies in the middle. */
export function sparkline(values: readonly number[], low = Math.min(...values)): string {
  const range = Math.max(...values) - low
  if (range === 0) return MIDDLE.repeat(values.length)
  return values.map((value) => LEVELS[Math.min(7, Math.floor(((value - low) / range) * 8))]).join('')
}
