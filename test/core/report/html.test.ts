import { expect, test } from 'vitest'
import { embeddedScript, html, jsonMarkup, type PageAssets, reportPage, tableHtml } from '../../../src/core/report/index.js'

const EVIL = `<img src=x onerror="alert('1')">&</script>`

test('texts come out as the characters they are', () => {
  expect(html`<p title="${EVIL}">${EVIL}</p>`.markup).toBe(
    '<p title="&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&lt;/script&gt;">&lt;img src=x onerror=&quot;alert(&#39;1&#39;)&quot;&gt;&amp;&lt;/script&gt;</p>',
  )
  expect(html`${html`<b>${1}</b>`}${[html`<i>`, html`</i>`]}${undefined}`.markup).toBe('<b>1</b><i></i>')
  // What would turn the text around, or hide in it, is shown.
  expect(html`${'A\u202eB\u0000'}`.markup).toBe('A\\u{202e}B\\u{0}')
})

test('JSON cannot end its element', () => {
  const { markup } = jsonMarkup({ symbol: EVIL, comment: '<!--' })
  expect(markup).not.toContain('<')
  expect(JSON.parse(markup)).toEqual({ symbol: EVIL, comment: '<!--' })
})

const assets: PageAssets = {
  script: `const text = "</script><!-- $& $1"; const small = 1 <script`,
  script_sha256: 'SUM',
  style: 'p { color: red } /* $& */',
  licences: 'Free </pre>',
}

test('a page of plain data: sections, data and assets, each in its place', () => {
  const page = reportPage({
    title: EVIL,
    subtitle: 'STYLE SCRIPT</script>',
    sections: [{ id: 'worth', title: 'Worth', body: html`<p>n = ${12}</p>` }],
    data: { numbers: [1, 2] },
    assets,
  })
  expect(page.match(/<script/g)).toHaveLength(2)
  expect(page).toContain('<section id="section-worth" aria-labelledby="title-worth">')
  expect(page).toContain('<p>n = 12</p>')
  expect(page).toContain('<script type="application/json" id="data-numbers">[1,2]</script>')
  expect(page).toContain(assets.style)
  expect(page).toContain(`<script>${embeddedScript(assets.script)}</script>`)
  expect(page).toContain('script-src &#39;sha256-SUM&#39;')
  expect(page).toContain('Free &lt;/pre&gt;')
  expect(page).not.toContain('<img')
})

test('a script says the same where it stands in a page', () => {
  const embedded = embeddedScript(`"</script>" + "<!--" + '<SCRIPT>'`)
  expect(embedded).not.toMatch(/<\/script|<!--|<script/i)
  expect(new Function(`return ${embedded}`)()).toBe('</script><!--<SCRIPT>')
})

test('cells that need it tell how they are sorted, and nothing is a dash', () => {
  const { markup } = tableHtml({
    caption: 'C',
    columns: [{ head: 'A' }, { head: 'B', kind: 'number' }],
    rows: [{ cells: [EVIL, { text: '1,200', sort: 1200 }], data: { name: EVIL } }, { cells: ['x', undefined] }],
    empty: 'none',
  })
  expect(markup).toContain('<td class="n" data-sort="1200">1,200</td>')
  expect(markup).toContain('<td class="n none">–</td>')
  expect(markup).not.toContain('<img')
  expect(tableHtml({ caption: 'C', columns: [], rows: [], empty: 'Nothing <here>.' }).markup).toBe(
    '<p class="empty">Nothing &lt;here&gt;.</p>',
  )
})
