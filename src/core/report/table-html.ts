import { type Html, type HtmlValue, html } from './html.js'

/** A column of a table. */
export interface TableColumn {
  readonly head: HtmlValue
  /** More words, shown on hover. */
  readonly title?: string
  /** Numbers stand on the right and are sorted as numbers, the largest first. Default `text`. */
  readonly kind?: 'text' | 'number'
}

/** What stands in a cell; undefined is a dash, which sorts last. With `sort` where the text does not say how to sort it. */
export type TableCell =
  | string
  | Html
  | undefined
  | { readonly text: string | Html; readonly sort: number; readonly tone?: 'up' | 'down' }

/** A table for people, which the script of the page makes sortable. */
export interface TableSetup {
  readonly caption: string
  readonly columns: readonly TableColumn[]
  readonly rows: readonly TableRow[]
  /** In which order the rows come. */
  readonly sorted?: { readonly column: number; readonly direction: 'ascending' | 'descending' }
  /** What is said in place of a table without rows. */
  readonly empty: string
  /** False: its order means something. Default true. */
  readonly sortable?: boolean
  readonly id?: string
}

/** A row, with what the script should know of it: `data-NAME`. */
export interface TableRow {
  readonly cells: readonly TableCell[]
  readonly data?: Readonly<Record<string, string>>
}

/** The table, in a frame that scrolls on narrow screens. */
export function tableHtml({ caption, columns, rows, sorted, empty, sortable = true, id }: TableSetup): Html {
  if (rows.length === 0) return html`<p class="empty">${empty}</p>`
  const attributes = html`${sortable ? html` data-sortable` : undefined}${id === undefined ? undefined : html` id="${id}"`}`
  return html`<div class="table-frame" role="region" aria-label="${caption}" tabindex="0">
<table${attributes}>
<caption>${caption}</caption>
<thead><tr>${columns.map((column, n) => headHtml(column, sorted?.column === n ? sorted.direction : undefined))}</tr></thead>
<tbody>${rows.map((row) => rowHtml(row, columns))}
</tbody>
</table>
</div>`
}

function headHtml({ head, title, kind }: TableColumn, direction: string | undefined): Html {
  const tip = title === undefined ? undefined : html` title="${title}"`
  const sort = direction === undefined ? undefined : html` aria-sort="${direction}"`
  return html`<th scope="col"${kind === 'number' ? html` class="n"` : undefined}${tip}${sort}>${head}</th>`
}

function rowHtml({ cells, data = {} }: TableRow, columns: readonly TableColumn[]): Html {
  const attributes = Object.entries(data).map(([name, value]) => html` data-${name}="${value}"`)
  return html`
<tr${attributes}>${cells.map((cell, n) => cellHtml(cell, columns[n]?.kind === 'number'))}</tr>`
}

function cellHtml(cell: TableCell, is_number: boolean): Html {
  if (cell === undefined) return is_number ? html`<td class="n none">–</td>` : html`<td class="none">–</td>`
  const has_sort = typeof cell === 'object' && 'sort' in cell
  const text = has_sort ? cell.text : cell
  const sort = has_sort ? html` data-sort="${cell.sort}"` : undefined
  const classes = [...(is_number ? ['n'] : []), ...(has_sort && cell.tone !== undefined ? [cell.tone] : [])].join(' ')
  return html`<td${classes === '' ? undefined : html` class="${classes}"`}${sort}>${text}</td>`
}

/** Names and what they stand for, one below the other. */
export const listHtml = (rows: readonly (readonly [HtmlValue, HtmlValue])[]): Html =>
  html`<dl>${rows.map(([name, value]) => html`<div><dt>${name}</dt><dd>${value}</dd></div>`)}</dl>`
