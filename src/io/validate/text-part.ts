import { escaped } from '../../core/escaped.js'
import { tableLines } from '../trust/text-table.js'

/** A piece of an answer for people: a sentence, an empty line, or a table. The terminal and the page are made of the same pieces. */
export type TextPart = string | TextTable

export interface TextTable {
  readonly caption?: string
  readonly head: readonly string[]
  readonly rows: readonly (readonly string[])[]
}

/** As a terminal shows them. */
export const textLines = (parts: readonly TextPart[]): string[] => parts.flatMap(linesOf).map(escaped)

function linesOf(part: TextPart): string[] {
  if (typeof part === 'string') return [part]
  const { caption, head, rows } = part
  return [...(caption === undefined ? [] : [caption]), ...tableLines(head, rows)]
}
