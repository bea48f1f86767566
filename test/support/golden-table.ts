import { readFileSync } from 'node:fs'

/** A table made by a script beside it: cells by the names of the head, numbers as the nearest doubles. */
export function readGoldenTable<Name extends string>(file: URL): Record<Name, number>[] {
  const [head = '', ...lines] = readFileSync(file, 'utf8').trim().split('\n')
  const names = head.split(',')
  return lines.map((line) => {
    const cells = line.split(',')
    return Object.fromEntries(names.map((name, n) => [name, numberOf(cells[n] ?? '')])) as Record<Name, number>
  })
}

/** `CE` is 1 and `PE` -1, as in the formulas. */
function numberOf(cell: string): number {
  if (cell === '+inf') return Number.POSITIVE_INFINITY
  return cell === 'CE' ? 1 : cell === 'PE' ? -1 : Number(cell)
}

/** How far off, as a part of the true value; the plain difference where that is 0. */
export const relativeError = (found: number, truth: number): number =>
  truth === 0 || found === truth ? Math.abs(found - truth) : Math.abs(found / truth - 1)
