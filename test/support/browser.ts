import { existsSync } from 'node:fs'
import { pathToFileURL } from 'node:url'
import { type Browser, chromium, type Page } from 'playwright-core'

/** Where Chromium may lie; `MDS_CHROMIUM` wins. */
const PLACES = ['/usr/bin/chromium', '/usr/bin/chromium-browser', '/usr/bin/google-chrome', chromium.executablePath()]

/** Starts Chromium without a window; says what to install when there is none: a page that nobody opened is not tested. */
export async function openBrowser(): Promise<Browser> {
  const named = process.env.MDS_CHROMIUM
  const found = [...(named === undefined ? [] : [named]), ...PLACES].find((path) => existsSync(path))
  if (found === undefined)
    throw new Error(
      `No Chromium (looked for ${PLACES.join(', ')}): install it with "apt-get install chromium", or name one in MDS_CHROMIUM.`,
    )
  return chromium.launch({ executablePath: found, args: ['--no-sandbox'] })
}

/** A page opened from disk, and all that it must not do: ask the network for something, complain, open a dialog. */
export interface OpenedPage {
  readonly page: Page
  /** Requests for anything but the file itself. */
  readonly requests: string[]
  /** Errors and warnings of the console, exceptions, dialogs. */
  readonly complaints: string[]
  /** From the call to the first candle on the screen. */
  readonly opened_ms: number
}

export async function openPage(
  browser: Browser,
  file: string,
  { hash = '', width = 1280, height = 800, scheme = 'light' as 'light' | 'dark', chart = true } = {},
): Promise<OpenedPage> {
  const context = await browser.newContext({ viewport: { width, height }, colorScheme: scheme })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  const url = pathToFileURL(file).href
  await context.route('**/*', (route) => (route.request().url().split('#')[0] === url ? route.continue() : route.abort()))
  page.on('request', (request) => {
    if (request.url().split('#')[0] !== url && !request.url().startsWith('data:')) requests.push(request.url())
  })
  page.on('console', (message) => {
    if (message.type() !== 'log') complaints.push(`${message.type()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(String(error)))
  page.on('dialog', (dialog) => {
    complaints.push(`dialog: ${dialog.message()}`)
    void dialog.dismiss()
  })
  const begun = performance.now()
  await page.goto(`${url}${hash}`)
  if (chart) await page.waitForSelector('#chart canvas')
  await nextFrame(page)
  return { page, requests, complaints, opened_ms: performance.now() - begun }
}

/** What was asked for has been drawn. The charts draw in a frame, and what needs their coordinates comes in the one after the next. */
export const nextFrame = (page: Page): Promise<void> =>
  page.evaluate(
    'new Promise((done) => { let n = 4; const next = () => (--n < 0 ? done() : requestAnimationFrame(next)); next() })',
  )
