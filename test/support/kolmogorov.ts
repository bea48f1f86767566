/**
 * P(D_n < d) of Kolmogorov's statistic of n uniform numbers, exact but for rounding: Durbin's matrix in the form of Marsaglia, Tsang and Wang (Journal of
 * Statistical Software 8(18), 2003).
 */
export function kolmogorovCdf(n: number, d: number): number {
  const k = Math.floor(n * d) + 1
  const m = 2 * k - 1
  const h = k - n * d
  const matrix: number[][] = Array.from({ length: m }, (_, i) => Array.from({ length: m }, (_, j) => (i - j + 1 < 0 ? 0 : 1)))
  const at = (i: number, j: number): number => (matrix[i] as number[])[j] as number
  const set = (i: number, j: number, value: number): void => {
    ;(matrix[i] as number[])[j] = value
  }
  for (let i = 0; i < m; i++) {
    set(i, 0, at(i, 0) - h ** (i + 1))
    set(m - 1, i, at(m - 1, i) - h ** (m - i))
  }
  set(m - 1, 0, at(m - 1, 0) + (2 * h - 1 > 0 ? (2 * h - 1) ** m : 0))
  for (let i = 0; i < m; i++) for (let j = 0; j < m; j++) for (let g = 1; g <= i - j + 1; g++) set(i, j, at(i, j) / g)
  let power: number[][] = matrix.map((_, i) => matrix.map((_, j) => (i === j ? 1 : 0)))
  let scale = 1
  // n! / n^n goes in step by step, so that nothing overflows.
  for (let step = 1; step <= n; step++) {
    power = product(power, matrix)
    scale *= step / n
    if (scale < 1e-100) {
      power = power.map((row) => row.map((value) => value * 1e-100))
      scale *= 1e100
    }
  }
  return (power[k - 1]?.[k - 1] ?? 0) * scale
}

/** Largest distance between the shares of the numbers and those of the uniform distribution on [0, 1]. */
export function kolmogorovStatistic(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return Math.max(...sorted.map((value, n) => Math.max((n + 1) / sorted.length - value, value - n / sorted.length)))
}

function product(a: number[][], b: number[][]): number[][] {
  return a.map((row) => b.map((_, j) => row.reduce((sum, value, k) => sum + value * ((b[k] as number[])[j] as number), 0)))
}
