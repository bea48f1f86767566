import { readFileSync } from 'node:fs'
import { expect, test } from 'vitest'
import { FEED_LIMITS, TRANSITIONS } from '../../../src/core/feed/index.js'

const page = readFileSync('docs/feed.md', 'utf8')

test('docs/feed.md shows the limits as they are', () => {
  const rows = [...page.matchAll(/^\| `(\w+_ms)` \| (\d+) \|/gm)].map(([, name, value]) => [name, Number(value)])
  const { token_tries, ...times } = FEED_LIMITS
  expect(Object.fromEntries(rows)).toEqual(times)
  expect(page).toContain(`\`token_tries\` (${token_tries})`)
})

test('docs/feed.md shows every transition', () => {
  for (const [state, row] of Object.entries(TRANSITIONS)) {
    const line = new RegExp(`^\\| \`${state}\` \\|(.*)$`, 'm').exec(page)?.[1] ?? ''
    const shown = line
      .split(/[|,]/)
      .map((cell) => cell.trim())
      .filter((cell) => cell !== '')
    expect(shown, state).toEqual(Object.values(row).flatMap((states) => states.map((to) => (to === state ? 'stays' : to))))
  }
})
