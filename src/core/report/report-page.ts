import { type Html, type HtmlValue, html, jsonMarkup } from './html.js'

/** A part of a page with a heading of its own, reached from the list at the top. */
export interface ReportSection {
  /** Unique on the page; letters and dashes. */
  readonly id: string
  readonly title: string
  readonly body: Html
}

/** What makes a page work without any other file. Built with mds. */
export interface PageAssets {
  readonly script: string
  /** SHA-256 of the script as it stands in the page, base64: no other script may run there. */
  readonly script_sha256: string
  readonly style: string
  /** Licences of what the script contains, as their owners want them told. */
  readonly licences: string
}

/** A whole page as plain data. */
export interface ReportPage {
  /** Of the window, and of the page. */
  readonly title: string
  /** Below the title, one line. */
  readonly subtitle: HtmlValue
  readonly sections: readonly ReportSection[]
  /** For the script: JSON values by name. Each is an element of its own with the id `data-NAME`. */
  readonly data: Readonly<Record<string, unknown>>
  readonly assets: PageAssets
}

/** A script in the form in which it may stand inside a page: nothing in it ends the element. */
export const embeddedScript = (script: string): string => script.replace(/<(?=\/script|!--|script)/gi, '\\x3c')

/**
 * One HTML file that needs no other: style, script, data and licences are inside, and the page forbids itself to fetch anything. The same page
 * gives the same text.
 */
export function reportPage({ title, subtitle, sections, data, assets }: ReportPage): string {
  const policy = `default-src 'none'; script-src 'sha256-${assets.script_sha256}'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'`
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="color-scheme" content="light dark">
<link rel="icon" href="data:,">
<title>${title}</title>
<style>
STYLE
</style>
</head>
<body>
<header class="page-head">
<div>
<h1>${title}</h1>
<p>${subtitle}</p>
</div>
<nav aria-label="Sections">${sections.map(({ id, title: name }) => html`<a href="#section-${id}">${name}</a>`)}</nav>
</header>
<main>${sections.map(sectionHtml)}
</main>
<footer>
<p>Charts: TradingView Lightweight Charts™, Copyright (c) TradingView, Inc.,
<a href="https://www.tradingview.com/" rel="noreferrer">https://www.tradingview.com/</a>; and uPlot by Leon Sorokin.</p>
<details><summary>Licences</summary><pre>${assets.licences}</pre></details>
</footer>${Object.entries(data).map(
    ([name, value]) => html`
<script type="application/json" id="data-${name}">${jsonMarkup(value)}</script>`,
  )}
<script>SCRIPT</script>
</body>
</html>
`
  // Put in at last, and by functions: what they contain is neither escaped nor looked at for `$&`.
  return page.markup
    .replace('\nSTYLE\n', () => `\n${assets.style}\n`)
    .replace('SCRIPT</script>', () => `${embeddedScript(assets.script)}</script>`)
}

const sectionHtml = ({ id, title, body }: ReportSection): Html => html`
<section id="section-${id}" aria-labelledby="title-${id}">
<h2 id="title-${id}">${title}</h2>
${body}
</section>`
