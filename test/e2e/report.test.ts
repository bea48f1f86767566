import { copyFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Browser, Locator, Page } from 'playwright-core'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { encodeRecord } from '../../src/core/recording/index.js'
import { unpackBars, unpackNumbers } from '../../src/core/report/index.js'
import { nextFrame, openBrowser, openPage } from '../support/browser.js'
import { ensureBuilt } from '../support/cli.js'
import { reportData } from '../support/report-data.js'
import { listing, type Outcome, runMds } from '../support/run-mds.js'
import { writeSmallRecording } from '../support/small-recording.js'

const MOST_BYTES = 5_000_000
/** A low gate: on a small market many things must have something to say. */
const GATE = ['--min-confidence', '0.6', '--param', 'alerts.all_per_minute=1000,alerts.symbol_per_hour=1000']

const folder = mkdtempSync(join(tmpdir(), 'mds-report-'))
let browser: Browser

beforeAll(async () => {
  ensureBuilt()
  browser = await openBrowser()
  await mds('synth', '--date', '20251006', '--data-dir', 'day', '--faults', 'all', '-q')
  await mds('report', '20251006', '--data-dir', 'day', '-q', '--min-confidence', '0.8', '-o', 'day.html')
  await mds('synth', '--date', '20251006', '--data-dir', 'small', '--instruments', '12', '--rate', '12', '--until', '10:45', '-q')
  await mds('report', '20251006', '--data-dir', 'small', '-q', ...GATE, '-o', 'small.html')
}, 300_000)
afterAll(async () => {
  await browser?.close()
  rmSync(folder, { recursive: true, force: true })
})

const inFolder = (name: string): string => join(folder, name)
const textOf = (name: string): string => readFileSync(inFolder(name), 'utf8')

async function run(words: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<Outcome> {
  return runMds(words, { cwd: folder, env })
}

async function mds(...words: readonly string[]): Promise<string> {
  const { code, stdout, stderr } = await run(words)
  expect(code, stderr).toBe(0)
  return stdout.toString()
}

const records = (ndjson: string) =>
  ndjson
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))

const textIn = async (place: Locator): Promise<string> => (await place.textContent()) ?? ''
const follow = (page: Page, hash: string): Promise<unknown> => page.evaluate(`location.hash = ${JSON.stringify(hash)}`)
/** Names in the table, from the top. */
const shownNames = (page: Page): Promise<string[]> =>
  page.locator('#symbols tbody tr:visible').evaluateAll((rows) => rows.map((row) => row.getAttribute('data-name') ?? ''))
const shownSymbol = (page: Page): Promise<string> => textIn(page.locator('.chart-head h3 a'))

describe('a day of 320 symbols', () => {
  test('opens from disk, asks nobody for anything, complains of nothing, and draws', async () => {
    const text = textOf('day.html')
    const bytes = Buffer.byteLength(text)
    expect(bytes).toBeLessThan(MOST_BYTES)
    expect(text).toContain('Apache License')
    expect(text).toContain('The MIT License (MIT)')
    expect(text).toContain('https://www.tradingview.com/')
    for (const scheme of ['light', 'dark'] as const) {
      const { page, requests, complaints, opened_ms } = await openPage(browser, inFolder('day.html'), { scheme })
      process.stderr.write(`report of 320 symbols, ${scheme}: ${bytes} bytes, open in ${opened_ms.toFixed(0)} ms\n`)
      const shot = await page.screenshot({ path: inFolder(`${scheme}.png`) })
      expect(shot.length).toBeGreaterThan(20_000)
      // Candles of both colours stand on the canvas.
      const colours = await coloursOf(page)
      expect(colours.up).toBeGreaterThan(300)
      expect(colours.down).toBeGreaterThan(300)
      expect(await shownNames(page)).toHaveLength(320)
      expect(await shownSymbol(page)).toBe((await shownNames(page))[0])
      await page.locator('#section-quality').scrollIntoViewIfNeeded()
      expect(await textIn(page.locator('#section-quality'))).toMatch(/feed_gap[\s\S]*corrections/)
      expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
      await page.context().close()
    }
  })

  test('every control has a name, and nothing reaches beyond a narrow screen', async () => {
    const { page } = await openPage(browser, inFolder('day.html'), { width: 390, height: 844 })
    const nameless = await page.locator('button, input, a, [role=region], [role=img]').evaluateAll((controls) =>
      controls
        .filter((control) => {
          const label = control.closest('label')?.textContent ?? ''
          return (control.getAttribute('aria-label') ?? '').trim() + (control.textContent ?? '').trim() + label.trim() === ''
        })
        .map((control) => control.outerHTML),
    )
    expect(nameless).toEqual([])
    const wide = await page.evaluate('document.documentElement.scrollWidth - innerWidth')
    expect(wide).toBeLessThanOrEqual(0)
    await page.context().close()
  })

  test('on paper it is dark on white, and the tables are whole', async () => {
    const { page } = await openPage(browser, inFolder('small.html'), { scheme: 'dark' })
    await page.emulateMedia({ media: 'print', colorScheme: 'dark' })
    await nextFrame(page)
    expect(await page.evaluate('getComputedStyle(document.body).backgroundColor')).toBe('rgb(255, 255, 255)')
    const cut = await page.evaluate(
      "[...document.querySelectorAll('.table-frame')].filter((frame) => frame.scrollHeight > frame.clientHeight + 1).length",
    )
    expect(cut).toBe(0)
    expect((await page.pdf()).length).toBeGreaterThan(10_000)
    await page.context().close()
  })

  /** Pixels of the candle pane in the two colours of the style sheet. */
  function coloursOf(page: Page): Promise<{ up: number; down: number }> {
    return page.evaluate(`(() => {
      const style = getComputedStyle(document.documentElement)
      const wanted = ['up', 'down'].map((name) => style.getPropertyValue('--' + name).trim().match(/[0-9a-f]{2}/gi).map((pair) => parseInt(pair, 16)))
      const counts = [0, 0]
      for (const canvas of document.querySelectorAll('#chart canvas')) {
        const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height)
        for (let at = 0; at < data.length; at += 4)
          wanted.forEach((colour, n) => { if (colour.every((part, k) => data[at + k] === part)) counts[n]++ })
      }
      return { up: counts[0], down: counts[1] }
    })()`)
  }
})

describe('what the page tells is what the other commands tell', () => {
  test('bars: those of mds candles, VWAP and profile those of mds indicators', async () => {
    const { charts } = reportData(textOf('day.html'))
    const words = ['20251006', '--data-dir', 'day', '--tf', '1m', '--format', 'ndjson', '-q']
    const by_symbol = new Map<string, { key: string; row: Record<string, never> }[]>()
    for (const row of records(await mds('indicators', ...words, '--set', 'vwap,profile'))) {
      const key = `${row.exchange}:${row.symbol}`
      by_symbol.set(key, [...(by_symbol.get(key) ?? []), { key, row }])
    }
    let compared = 0
    for (const { exchange, symbol, bars, divisor, profile } of charts.symbols) {
      const rows = (by_symbol.get(`${exchange}:${symbol}`) ?? []).map(
        ({ row }) => row as Record<string, number | boolean | string>,
      )
      rows.sort((a, b) => Date.parse(String(a.timestamp)) - Date.parse(String(b.timestamp)))
      const shown = unpackBars(bars)
      expect(shown.map(({ start_s }) => start_s)).toEqual(rows.map((row) => Date.parse(String(row.timestamp)) / 1000))
      shown.forEach((bar, n) => {
        const row = rows[n] as Record<string, number | boolean>
        expect([bar.open, bar.high, bar.low, bar.close].map((units) => units / divisor)).toEqual([
          row.open,
          row.high,
          row.low,
          row.close,
        ])
        expect(bar.volume).toBe(row.volume)
        expect(bar.kind.startsWith('cut')).toBe(!row.complete)
        if (row.vwap_session !== undefined)
          expect(Math.abs(bar.vwap - Number(row.vwap_session) * divisor)).toBeLessThanOrEqual(0.5 + 1e-6)
        compared++
      })
      const last = rows.findLast((row) => row.profile_poc !== undefined)
      if (profile === undefined) continue
      expect([profile.poc, profile.vah, profile.val].map((units) => units / divisor)).toEqual([
        last?.profile_poc,
        last?.profile_vah,
        last?.profile_val,
      ])
      // Volume learned over a gap is in the bars' day, not at a price.
      const volume = rows.filter((row) => row.phase === 'continuous').reduce((sum, row) => sum + Number(row.volume), 0)
      expect(unpackNumbers(profile.volumes).reduce((sum, each) => sum + each, 0)).toBe(volume)
    }
    expect(compared).toBeGreaterThan(70_000)
  })

  test('alerts: those of mds patterns, with the evidence of the records and their ends', async () => {
    const { charts } = reportData(textOf('small.html'))
    const all = records(await mds('patterns', '20251006', '--data-dir', 'small', '-q', ...GATE, '--all'))
    const shown = charts.symbols.flatMap(({ alerts }) => alerts)
    const emitted = all.filter(({ state }) => state === 'emitted' || state === 'leg_event')
    expect(shown.map(({ id }) => id).sort()).toEqual(emitted.map(({ alert_id }) => alert_id).sort())
    expect(shown.length).toBeGreaterThan(10)
    for (const alert of shown) {
      const record = emitted.find(({ alert_id }) => alert_id === alert.id)
      expect(alert).toMatchObject({
        pattern: record.pattern_type,
        direction: record.signal,
        confidence: record.confidence,
        known_at_ms: record.known_at_ms,
        evidence: record.evidence,
      })
      const end = all.find(
        ({ alert_id, state }) =>
          alert_id === alert.id && ['superseded', 'target_hit', 'stop_hit', 'invalidated', 'expired'].includes(state),
      )
      expect(alert.end?.state).toBe(alert.state === 'emitted' ? end?.state : undefined)
    }
    const summary = JSON.parse(
      await mds('patterns', '20251006', '--data-dir', 'small', '-q', ...GATE, '--json', '-o', 'a.ndjson'),
    )
    const text = textOf('small.html')
    for (const [reason, count] of Object.entries(summary.suppressed))
      expect(text).toContain(`<td>${reason}</td><td class="n" data-sort="${count}">`)
    expect(text).toContain(summary.config_hashes[0])
  })

  test('messages per second: those of the recording', async () => {
    const { feed } = reportData(textOf('day.html'))
    const [info] = JSON.parse(await mds('info', '20251006', '--data-dir', 'day', '--json')).sessions
    expect(unpackNumbers(feed.messages).reduce((sum, count) => sum + count, 0)).toBe(info.messages.messages)
    expect(feed.start_s).toBe(Math.floor(Date.parse(info.span.first) / 1000))
    expect(feed.gaps.map(({ from_s, to_s }) => Math.round((to_s - from_s) * 1000))).toEqual(
      info.gaps.map(({ seconds }: { seconds: number }) => Math.round(seconds * 1000)),
    )
    expect(feed.gaps.length).toBeGreaterThan(0)
  })
})

test('the same recording gives the same bytes: again, elsewhere, in another zone and language', async () => {
  const again = await run(['report', '20251006', '--data-dir', 'small', '-q', ...GATE, '-o', 'again.html'], {
    TZ: 'America/New_York',
    LANG: 'hi_IN.UTF-8',
    LC_ALL: 'de_DE.UTF-8',
  })
  expect(again.code, again.stderr).toBe(0)
  expect(textOf('again.html')).toBe(textOf('small.html'))
  mkdirSync(inFolder('other/deep/synth'), { recursive: true })
  for (const line of listing(inFolder('small/synth'))) {
    const [name = ''] = line.split(' ')
    copyFileSync(inFolder(`small/synth/${name}`), inFolder(`other/deep/synth/${name}`))
  }
  expect(await mds('report', '20251006', '--data-dir', 'other/deep', '-q', ...GATE)).toBe(textOf('small.html'))
})

describe('the page can be used', () => {
  test('a link shows a symbol at a time, with the evidence of its alert; the pointer does the same', async () => {
    const { charts } = reportData(textOf('small.html'))
    const data = charts.symbols.find(({ alerts }) => alerts.some(({ state, stop }) => state === 'emitted' && stop !== undefined))
    const alert = data?.alerts.find(({ state, stop }) => state === 'emitted' && stop !== undefined)
    if (data === undefined || alert === undefined) throw new Error('the day has an alert with a stop')
    const clock = new Date(alert.known_at_ms - 60_000 + 19_800_000).toISOString().slice(11, 16)
    const hash = `#${encodeURIComponent(data.name)}@${clock}`
    const { page, complaints, requests } = await openPage(browser, inFolder('small.html'), { hash })
    expect(await shownSymbol(page)).toBe(data.name)
    const card = page.locator('.card')
    await card.waitFor({ state: 'visible' })
    expect(await textIn(page.locator('.legend'))).toContain(clock)
    for (const name of Object.keys(alert.evidence).filter((each) => !/_(?:min|max|above|below)$/.test(each)))
      expect(await textIn(card)).toContain(name)
    expect(await textIn(card)).toContain(alert.pattern)

    // The bar that the link shows stands in the middle: away from it no card, on it the card again.
    const box = await page.locator('.chart-canvas').boundingBox()
    if (box === null) throw new Error('the chart has a place')
    const plot_width =
      box.width -
      (await page
        .locator('#chart td:last-child canvas')
        .first()
        .evaluate((canvas) => canvas.clientWidth))
    await page.mouse.move(box.x + 5, box.y + 60)
    await nextFrame(page)
    expect(await textIn(page.locator('.legend b'))).not.toBe(clock)
    await page.mouse.move(box.x + plot_width / 2, box.y + 60)
    await nextFrame(page)
    await card.waitFor({ state: 'visible' })
    expect(await textIn(card)).toContain(alert.pattern)
    await page.mouse.move(box.x + plot_width / 2, box.y - 200)
    await card.waitFor({ state: 'hidden' })

    // Links that name nothing change nothing.
    for (const nonsense of ['#nobody@10:00', '#%E0%A4%A', '#', '#section-quality']) {
      await follow(page, nonsense)
      await nextFrame(page)
      expect(await shownSymbol(page)).toBe(data.name)
    }
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
    await page.context().close()
  })

  test('tables are sorted by a click, filtered by words; rows and keys choose the symbol', async () => {
    const { page, complaints } = await openPage(browser, inFolder('small.html'))
    const cells = (column: string): Promise<string[]> =>
      page.locator(`#symbols tbody td:nth-child(${column})`).evaluateAll((all) => all.map((cell) => cell.textContent ?? ''))
    const head = page.locator('#symbols th', { hasText: 'Close' })
    const column = String((await head.evaluate((cell) => ('cellIndex' in cell ? Number(cell.cellIndex) : -1))) + 1)
    const numbers = (texts: readonly string[]): number[] =>
      texts.filter((text) => text !== '–').map((text) => Number(text.replaceAll(',', '')))
    const descending = [...numbers(await cells(column))].sort((a, b) => b - a)
    expect(new Set(descending).size).toBeGreaterThan(5)
    await head.getByRole('button').click()
    expect(numbers(await cells(column))).toEqual(descending)
    expect(await head.getAttribute('aria-sort')).toBe('descending')
    await head.getByRole('button').click()
    expect(numbers(await cells(column))).toEqual([...descending].reverse())
    expect((await cells(column)).at(-1)).toBe((await cells(column)).includes('–') ? '–' : String((await cells(column)).at(-1)))
    await page.locator('#symbols th', { hasText: 'Symbol' }).getByRole('button').click()
    const by_name = await shownNames(page)
    expect(by_name).toEqual([...by_name].sort())

    const [, second = '', third = ''] = by_name
    await page.locator(`#symbols tr[data-name="${second}"] td:nth-child(5)`).click()
    await nextFrame(page)
    expect(await shownSymbol(page)).toBe(second)
    expect(decodeURIComponent(await page.evaluate('location.hash'))).toBe(`#${second}`)
    await page.keyboard.press('ArrowRight')
    expect(await shownSymbol(page)).toBe(third)
    await page.keyboard.press('ArrowLeft')
    expect(await shownSymbol(page)).toBe(second)
    await page.locator('#symbols tr[aria-current] a').focus()
    await page.keyboard.press('ArrowDown')
    expect(await shownSymbol(page)).toBe(third)
    await expect.poll(async () => decodeURIComponent(await page.evaluate('location.hash'))).toBe(`#${third}`)

    await page.keyboard.press('/')
    await page.keyboard.type(third.slice(0, 4).toLowerCase())
    expect(await shownNames(page)).toEqual(by_name.filter((name) => name.includes(third.slice(0, 4))))
    await page.keyboard.press('ArrowRight') // moves in the box, not to another symbol
    expect(await shownSymbol(page)).toBe(third)
    expect(complaints).toEqual([])
    await page.context().close()
  })

  test('the list of alerts and its keys point at their bars; what is switched off is gone', async () => {
    const { page, complaints } = await openPage(browser, inFolder('small.html'))
    const { charts } = reportData(textOf('small.html'))
    const data = charts.symbols.reduce((most, each) => (each.alerts.length > most.alerts.length ? each : most))
    await follow(page, `#${encodeURIComponent(data.name)}`)
    await nextFrame(page)
    const items = page.locator('#chart aside li button')
    expect(await items.count()).toBe(data.alerts.length)
    await items.first().click()
    await nextFrame(page)
    expect(await textIn(page.locator('.card'))).toContain(data.alerts[0]?.pattern)
    await page.keyboard.press('n')
    await nextFrame(page)
    expect(await textIn(page.locator('#chart aside li[aria-current]'))).toContain(data.alerts[1]?.pattern)
    for (const name of ['VWAP', 'Profile', 'Alerts']) await page.getByRole('checkbox', { name, exact: true }).uncheck()
    await page.getByRole('button', { name: 'Show the whole day' }).click()
    await nextFrame(page)
    expect(complaints).toEqual([])
    await page.context().close()
  })
})

test('names of others stay text: in tables, links, charts and cards', async () => {
  const evil = `<img src=x onerror="globalThis.hit=1">`
  const closing = '</script><script>globalThis.hit=2</script>'
  mkdirSync(inFolder('evil/synth'), { recursive: true })
  for (const line of listing(inFolder('small/synth'))) {
    const [name = ''] = line.split(' ')
    copyFileSync(inFolder(`small/synth/${name}`), inFolder(`evil/synth/${name}`))
  }
  const master = inFolder('evil/synth/synth_20251006.instruments.csv')
  const [head = '', ...rows] = readFileSync(master, 'utf8').trim().split('\n')
  const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`
  const named = rows.map((row, n) => {
    const cells = row.split(',')
    cells[2] = quoted(`${n % 2 === 0 ? evil : closing}${n}`)
    return cells.join(',')
  })
  writeFileSync(master, [head, ...named].join('\n'))
  await mds('report', '20251006', '--data-dir', 'evil', '-q', ...GATE, '-o', 'evil.html')
  const { charts } = reportData(textOf('evil.html'))
  const target = charts.symbols.find(({ name, alerts }) => name.startsWith('<') && alerts.length > 0)
  if (target === undefined) throw new Error('an instrument of an odd name has an alert')
  const { page, requests, complaints } = await openPage(browser, inFolder('evil.html'), {
    hash: `#${encodeURIComponent(target.name)}`,
  })
  expect(await shownSymbol(page)).toBe(target.name)
  await page.locator('#chart aside li button').first().click()
  await nextFrame(page)
  expect(await textIn(page.locator('#symbols'))).toContain(evil)
  expect(await page.evaluate('globalThis.hit')).toBeUndefined()
  expect(await page.locator('img').count()).toBe(0)
  expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
  // Even markup that somebody manages to put in runs nothing: the page allows its own script alone.
  await page.evaluate(`document.body.insertAdjacentHTML('beforeend', '<img src=x onerror="globalThis.hit=3">')`)
  await nextFrame(page)
  expect(await page.evaluate('globalThis.hit')).toBeUndefined()
  await page.context().close()
})

describe('odd days', () => {
  async function opened(words: readonly string[], chart = true): Promise<{ page: Page; text: string }> {
    await mds('report', ...words, '-q', '-o', 'odd.html')
    const { page, requests, complaints } = await openPage(browser, inFolder('odd.html'), { chart })
    expect({ requests, complaints }).toEqual({ requests: [], complaints: [] })
    return { page, text: await textIn(page.locator('main')) }
  }

  test('nothing but heartbeats', async () => {
    const heartbeats = Array.from({ length: 30 }, (_, n) => encodeRecord(1_759_722_300_000 + n * 1000, Uint8Array.of(0)))
    writeFileSync(inFolder('idle_20251006_0915.bin'), Buffer.concat(heartbeats))
    const { page, text } = await opened(['idle_20251006_0915.bin'], false)
    expect(text).toContain('No instrument had a packet')
    expect(text).toContain('30 heartbeats')
    await page.context().close()
  })

  test('no detectors, one symbol, other bars', async () => {
    const words = ['20251006', '--data-dir', 'small', '--no-alerts', '--symbol', 'RELIANCE', '--tf', '5m']
    const { page, text } = await opened(words)
    expect(text).toContain('Detectors did not run')
    expect(await shownNames(page)).toEqual(['RELIANCE'])
    const [reliance] = reportData(textOf('odd.html')).charts.symbols
    const starts = unpackBars(reliance?.bars ?? '').flatMap(({ start_s, kind }) => (kind === 'auction' ? [] : [start_s]))
    expect(starts.length).toBeGreaterThan(10)
    expect(starts.slice(1).map((start_s, n) => start_s - (starts[n] as number))).toEqual(starts.slice(1).map(() => 300))
    await page.context().close()
  })

  test('detectors that find nothing', async () => {
    const { page, text } = await opened(['20251006', '--data-dir', 'small', '--only', 'reversal', '--min-confidence', '0.98'])
    expect(text).toContain('No alert passed the gates.')
    expect(await textIn(page.locator('#chart aside'))).toContain('None.')
    await page.context().close()
  })

  test('an index has no volume, a token no name, and the end of the recording no time to close its bars', async () => {
    const { folder: recordings, remove } = writeSmallRecording()
    const { page, text } = await opened(['20251006', '--data-dir', recordings])
    expect(text).toContain('3 tokens without a name in the master: 256265, 408065, 738561')
    await follow(page, '#token:256265')
    await nextFrame(page)
    expect(await textIn(page.locator('.legend'))).not.toContain('VWAP')
    const bars = unpackBars(reportData(textOf('odd.html')).charts.symbols[0]?.bars ?? '')
    expect(bars.some(({ kind }) => kind === 'cut')).toBe(true)
    remove()
    await page.context().close()
  })

  test('a recording that is cut off in the middle of a record', async () => {
    const [name = ''] =
      listing(inFolder('small/synth'))
        .filter((line) => line.includes('_1000.bin '))[0]
        ?.split(' ') ?? []
    const whole = readFileSync(inFolder(`small/synth/${name}`))
    writeFileSync(inFolder('cut_20251006_1000.bin'), whole.subarray(0, Math.floor(whole.length / 2) + 3))
    const { page, text } = await opened(['cut_20251006_1000.bin'])
    expect(text).toContain('truncated_tail')
    expect(text).toContain('joined_mid_session')
    await page.context().close()
  })
})

describe('what cannot be', () => {
  test.each([
    [['20251006', '--data-dir', 'small', '--tf', '1d', '-o', 'x.html'], 2, 'expected bars within the day'],
    [['20251006', '--data-dir', 'small', '--no-alerts', '--only', 'reversal', '-o', 'x.html'], 2, '--no-alerts'],
    [['20251006', '--data-dir', 'small', '--tf', '7x', '-o', 'x.html'], 2, '"7x" is no bar interval'],
    [['20251006', '--data-dir', 'small', '--symbol', 'RELIANC', '-o', 'x.html'], 2, 'RELIANCE'],
    [['20251006', '--data-dir', 'small', '--json'], 2, '--output FILE'],
    [['20251006', '--data-dir', 'small', '-o', 'no/such/folder.html'], 3, 'mkdir -p'],
    [['20251006', '--data-dir', 'small', '-o', 'small/synth/synth_20251006.instruments.csv'], 2, 'is a file that is read'],
    [['20251007', '--data-dir', 'small', '-o', 'x.html'], 3, 'No recordings of 2025-10-07'],
    [['20251006', '--data-dir', 'small', '--param', 'nobody.x=1', '-o', 'x.html'], 2, 'nobody'],
  ])('%s', async (words, code, says) => {
    const before = listing(folder)
    const outcome = await run(['report', ...words])
    expect(outcome.code).toBe(code)
    // With --json errors come on standard output.
    expect(outcome.stderr + outcome.stdout.toString()).toContain(says)
    expect(listing(folder)).toEqual(before)
  })

  test('several days at once', async () => {
    await mds('synth', '--date', '20251007', '--data-dir', 'two', '--instruments', '4', '--until', '09:20', '-q')
    await mds('synth', '--date', '20251008', '--data-dir', 'two', '--instruments', '4', '--until', '09:20', '-q')
    const { code, stderr } = await run(['report', '20251007', '20251008', '--data-dir', 'two', '-o', 'x.html'])
    expect(code).toBe(2)
    expect(stderr).toContain('A report is of one day, found 2: 2025-10-07, 2025-10-08.')
  })
})
