import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { afterAll, expect, test } from 'vitest'
import { parseDate } from '../../src/core/time/index.js'
import { loadCalendar } from '../../src/io/calendar-file.js'
import { packageFile } from '../../src/io/package-file.js'
import { instrument } from '../core/market/instruments.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-calendar-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

test('the calendar that ships is found without being told where', async () => {
  const { calendar, bytes } = await loadCalendar()
  expect(calendar.sessionOf(instrument(), parseDate('2025-10-05') ?? 0).closed).toBe(true)
  expect(bytes.length).toBeGreaterThan(0)
})

test("a user's calendar is checked and named in complaints", async () => {
  const path = join(folder, 'mine.json')
  writeFileSync(path, '{"hours": []}')
  await expect(loadCalendar(path)).rejects.toThrow(`${path}, at the top: expected an object with the key "holiday_years"`)
  writeFileSync(path, '{')
  await expect(loadCalendar(path)).rejects.toMatchObject({ code: 'bad_calendar', exitCode: 2 })
  await expect(loadCalendar(join(folder, 'none.json'))).rejects.toMatchObject({ code: 'no_such_file', exitCode: 3 })
})

test('the package is found from any depth, past the packages of others', () => {
  mkdirSync(join(folder, 'mds/dist/commands'), { recursive: true })
  writeFileSync(join(folder, 'mds/package.json'), '{"name": "mds"}')
  writeFileSync(join(folder, 'mds/dist/package.json'), '{"type": "module"}')
  const module = pathToFileURL(join(folder, 'mds/dist/commands/candles.js')).href
  expect(packageFile('config/calendar.json', module)).toBe(join(folder, 'mds', 'config/calendar.json'))
  expect(() => packageFile('x', pathToFileURL(join(folder, 'elsewhere.js')).href)).toThrow('mds runs from inside its package')
})
