import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { ROOT } from '../support/run-mds.js'

const ROWS = 38
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8')

interface Named {
  readonly path: string
  readonly titles: readonly string[]
}

/** `path`: *title*, *title*; `path`: ... */
const namedIn = (cell: string): Named[] =>
  cell.split('; `').flatMap((part) => {
    const path = /^`?([^`]+)`/.exec(part.trim())?.[1]
    return path === undefined ? [] : [{ path, titles: [...part.matchAll(/\*([^*]+)\*/g)].map(([, title = '']) => title) }]
  })

const rows = read('test/faults/README.md')
  .split('\n')
  .filter((line) => /^\| \d+ \|/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split('|')
      .map((cell) => cell.trim()),
  )
const results = read('test/faults/results.md')

test('all rows of the fault list are there, in order', () => {
  expect(rows.map(([row]) => Number(row))).toEqual(Array.from({ length: ROWS }, (_, n) => n + 1))
})

test.each(rows)(
  'row %s, %s: its tests and the results of its scripts are there',
  (_, fault, expected, tests = '', scripts = '') => {
    expect(fault).not.toBe('')
    expect(expected).not.toBe('')
    const named = namedIn(tests)
    expect(named.length).toBeGreaterThan(0)
    for (const { path, titles } of named) {
      expect(path).toMatch(/\.test\.ts$/)
      expect(titles, path).not.toEqual([])
      expect(titles.filter((title) => !titlesOf(path).some((each) => each.includes(title)))).toEqual([])
    }
    for (const { path, titles } of namedIn(scripts)) {
      expect(existsSync(join(ROOT, path)), path).toBe(true)
      const subject = path.includes('/capture-') || path.endsWith('/burst.mjs') ? 'capture' : 'recorder'
      expect(titles, path).not.toEqual([])
      expect(titles.filter((title) => !results.includes(`| ${title} | ${subject} | `))).toEqual([])
    }
  },
)

/** What tests and groups of a file are called. */
const titlesOf = (path: string): string[] =>
  [...read(path).matchAll(/\b(?:test|describe)(?:\.each(?:<[^(]*>)?\([\s\S]*?\))?\(\s*(['"`])([\s\S]*?)\1,/g)].map(
    ([, , title = '']) => title,
  )
