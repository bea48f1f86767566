import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser } from 'playwright-core'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { openBrowser, openPage } from '../support/browser.js'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-validation-page-'))
const at = (name: string): string => join(folder, name)
const GATE = '--min-confidence 0.6 --param alerts.all_per_minute=1000,alerts.symbol_per_hour=1000'
const run = (line: string, env: Record<string, string> = {}) =>
  runMds(
    line.split(' ').filter((word) => word !== ''),
    { cwd: folder, env },
  )
let browser: Browser

beforeAll(async () => {
  ensureBuilt()
  browser = await openBrowser()
  expect((await run('synth --date 20251006 --instruments 12 --rate 12 --start 09:05 --until 10:45 --quiet')).code).toBe(0)
  expect((await run(`patterns 20251006 -q ${GATE} -o alerts.ndjson`)).code).toBe(0)
  const lines = readFileSync(at('alerts.ndjson'), 'utf8').trim().split('\n')
  // The first is lost, and the last says something else.
  const last = { ...JSON.parse(lines.at(-1) as string), confidence: 0.999 }
  writeFileSync(at('changed.ndjson'), `${lines.slice(1, -1).join('\n')}\n${JSON.stringify(last)}\n`)
})
afterAll(async () => {
  await browser.close()
  rmSync(folder, { recursive: true, force: true })
})

test('the page says what the terminal says, asks nobody for anything, and is the same again', async () => {
  const told = await run(`validate-alerts changed.ndjson 20251006 -q ${GATE} --report page.html`)
  expect(told.code, told.stderr).toBe(4)
  const again = await run(`validate-alerts changed.ndjson 20251006 -q ${GATE} --report again.html`, { TZ: 'America/New_York' })
  expect(again.code).toBe(4)
  expect(readFileSync(at('again.html'), 'utf8')).toBe(readFileSync(at('page.html'), 'utf8'))

  const { page, requests, complaints } = await openPage(browser, at('page.html'), { chart: false })
  expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
  const shown = (await page.locator('main').textContent()) ?? ''
  const cells = new Set(await page.locator('td').allInnerTexts())
  const terminal = told.stdout.toString().split('\n')
  // Sentences stand as they are; of tables every cell that has no blank in it.
  for (const line of terminal.filter((text) => /^(\d{4}-|Worth|confidence against|!)/.test(text)))
    expect(shown).toContain(line.replace(/^! /, ''))
  for (const word of ['missing', 'changed_confidence']) expect(cells).toContain(word)
  const horizon =
    terminal
      .find((text) => text.trim().startsWith('15m '))
      ?.trim()
      .split(/\s+/) ?? []
  expect(horizon.length).toBeGreaterThan(5)
  for (const figure of horizon.filter((text) => text !== '-')) expect(cells).toContain(figure)
  // Numbers sort as numbers.
  await page.locator('#section-worth th', { hasText: 'alerts' }).first().click()
  const column = await page.locator('#section-worth table').first().locator('tbody tr td:nth-child(2)').allInnerTexts()
  const numbers = column.map(Number)
  expect(numbers.length).toBeGreaterThan(2)
  expect(numbers).toEqual([...numbers].sort((a, b) => b - a))
})

test('a half that was not asked for is not on the page, and the log is never written over', async () => {
  expect((await run(`validate-alerts alerts.ndjson 20251006 -q ${GATE} --part parity --report half.html`)).code).toBe(0)
  const { page } = await openPage(browser, at('half.html'), { chart: false })
  expect(await page.locator('h2').allInnerTexts()).toEqual(['Parity'])
  const refused = await run(`validate-alerts alerts.ndjson 20251006 -q ${GATE} --report alerts.ndjson`)
  expect(refused.code).toBe(2)
  expect(refused.stderr).toContain('Try:')
})
