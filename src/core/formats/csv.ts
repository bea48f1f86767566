import type { Format } from './format.js'
import { RowText } from './row-text.js'

const NOTHING = new Uint8Array(0)

/** RFC 4180 with `\n`: a header line, absent is an empty cell. Text is quoted where the rules or a spreadsheet's formulas ask for it; the data stay true. */
export const csv: Format = {
  id: 'csv',
  extension: '.csv',
  open: (fields) => {
    const text = new RowText(fields, {
      steps: fields.map((_, column) => ({ kind: 'cell', column, key: '', quoted: false, absent: ',' })),
      quoteText,
    })
    return {
      begin: () => new TextEncoder().encode(`${fields.map((field) => quoteText(field.name)).join(',')}\n`),
      write: (batch) => text.write(batch),
      end: () => NOTHING,
    }
  },
}

function quoteText(text: string): string {
  return /[",\r\n]|^[=+\-@\t]|^\s|\s$/.test(text) || text === '' ? `"${text.replaceAll('"', '""')}"` : text
}
