import { escaped } from '../escaped.js'

/** Markup that is safe to stand in a page. Only `html` makes it. */
export class Html {
  readonly markup: string

  constructor(markup: string) {
    this.markup = markup
  }
}

/** What may be put into `html`: texts are escaped, markup stands as it is, undefined is nothing. */
export type HtmlValue = string | number | undefined | Html | readonly Html[]

/**
 * Markup with values in it. Texts of others (symbols, names of files, evidence) come out as the characters they are, whatever they hold; the same in
 * attributes, which must stand in double quotes.
 */
export function html(parts: TemplateStringsArray, ...values: readonly HtmlValue[]): Html {
  return new Html(parts.map((part, n) => part + (n < values.length ? markupOf(values[n]) : '')).join(''))
}

/** JSON for a `<script type="application/json">`: no character in it can end the element or begin a comment. */
export const jsonMarkup = (value: unknown): Html => new Html(JSON.stringify(value).replaceAll('<', '\\u003c'))

function markupOf(value: HtmlValue): string {
  if (value === undefined) return ''
  if (value instanceof Html) return value.markup
  if (typeof value === 'number') return String(value)
  if (typeof value === 'string') return escapedText(value)
  return value.map(({ markup }) => markup).join('')
}

const ENTITIES: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' }

/** Control and bidirectional marks become visible: they would make a page say something else than it seems to. */
const escapedText = (text: string): string => escaped(text).replace(/[&<>"']/g, (mark) => ENTITIES[mark] as string)
