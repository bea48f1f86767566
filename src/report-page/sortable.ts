import { element } from './element.js'

/** Gives each head of a table a button that sorts by its column. Rows that are equal stay in the order they came in; dashes come last. */
export function makeSortable(table: HTMLTableElement): void {
  const heads = [...(table.tHead?.rows[0]?.cells ?? [])]
  const body = table.tBodies[0]
  if (body === undefined) return
  const original = [...body.rows]
  heads.forEach((head, column) => {
    const button = element('button', { type: 'button' }, ...head.childNodes)
    if (head.title !== '') button.title = head.title
    head.append(button)
    button.addEventListener('click', () => {
      const direction = nextDirection(head)
      for (const other of heads) other.removeAttribute('aria-sort')
      head.setAttribute('aria-sort', direction)
      body.append(...sorted(original, column, direction))
    })
  })
}

function nextDirection(head: HTMLTableCellElement): 'ascending' | 'descending' {
  const now = head.getAttribute('aria-sort')
  if (now === null) return head.classList.contains('n') ? 'descending' : 'ascending'
  return now === 'ascending' ? 'descending' : 'ascending'
}

function sorted(
  rows: readonly HTMLTableRowElement[],
  column: number,
  direction: 'ascending' | 'descending',
): HTMLTableRowElement[] {
  const sign = direction === 'ascending' ? 1 : -1
  const keyed = rows.map((row) => ({ row, key: keyOf(row.cells[column]) }))
  return keyed.sort((a, b) => compared(a.key, b.key, sign)).map(({ row }) => row)
}

type Key = number | string | undefined

function keyOf(cell: HTMLTableCellElement | undefined): Key {
  if (cell === undefined || cell.classList.contains('none')) return undefined
  const { sort } = cell.dataset
  return sort === undefined ? (cell.textContent ?? '') : Number(sort)
}

function compared(a: Key, b: Key, sign: number): number {
  if (a === undefined || b === undefined) return Number(a === undefined) - Number(b === undefined)
  if (a === b) return 0
  return a < b ? -sign : sign
}
