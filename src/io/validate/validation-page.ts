import { type Html, html, type PageAssets, reportPage, type TableCell, tableHtml } from '../../core/report/index.js'
import type { TextPart, TextTable } from './text-part.js'

/** What stands on the page of a validation. A half that was not asked for is left out. */
export interface ValidationPage {
  /** Name of the log, without its folder: elsewhere the page is the same. */
  readonly log: string
  readonly version: string
  readonly parity: readonly TextPart[] | undefined
  readonly worth: readonly TextPart[] | undefined
  readonly assets: PageAssets
}

/** The answer as one HTML file that needs no other. */
export function validationPage({ log, version, parity, worth, assets }: ValidationPage): string {
  const sections = [
    ...(parity === undefined ? [] : [{ id: 'parity', title: 'Parity', body: bodyOf(parity) }]),
    ...(worth === undefined ? [] : [{ id: 'worth', title: 'Worth', body: bodyOf(worth) }]),
  ]
  return reportPage({ title: `Alerts of ${log}`, subtitle: `Validated by mds ${version}`, sections, data: {}, assets })
}

const bodyOf = (parts: readonly TextPart[]): Html => html`${parts.filter((part) => part !== '').map(partHtml)}`

const partHtml = (part: TextPart): Html => (typeof part === 'string' ? html`<p>${part.replace(/^! /, '')}</p>` : tablePart(part))

function tablePart({ caption, head, rows }: TextTable): Html {
  const columns = head.map((name, at) => ({
    head: name,
    kind: rows.every((row) => isNumber(row[at] ?? '')) ? ('number' as const) : ('text' as const),
  }))
  const heading = caption === undefined ? undefined : html`<h3>${caption}</h3>`
  const table = tableHtml({
    caption: caption ?? head[0] ?? '',
    columns,
    rows: rows.map((row) => ({ cells: row.map((text, at) => cellOf(text, columns[at]?.kind === 'number')) })),
    empty: 'nothing',
  })
  return html`${heading}${table}`
}

/** A number, a span of two, or the dash of one that is not known. */
const isNumber = (text: string): boolean => text === '' || text === '-' || /^[+-]?\d[\d,]*(?:\.\d+)?(?:\.\..*)?$/.test(text)

function cellOf(text: string, is_number: boolean): TableCell {
  if (text === '' || text === '-') return undefined
  return is_number ? { text, sort: Number.parseFloat(text.replaceAll(',', '')) } : text
}
