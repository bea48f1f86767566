import { copyFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'
import { type SmallRecording, writeSmallRecording } from '../support/small-recording.js'

// Contracts come and go: of several days only some know a symbol.

let recording: SmallRecording
const HEAD =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'
const line = (token: number, symbol: string): string => `${token},1,${symbol},x,0,,0,0.05,1,EQ,NSE,NSE`

beforeAll(() => {
  ensureBuilt()
  recording = writeSmallRecording()
  const at = (name: string): string => join(recording.folder, 'alpha', name)
  // the same morning under the name of the day before, whose master does not know the share
  copyFileSync(at('alpha_20251006_0900.bin'), at('alpha_20251005_0900.bin'))
  writeFileSync(at('alpha_20251005.instruments.csv'), `${HEAD}\n${line(408_065, 'INFY')}\n`)
  writeFileSync(at('alpha_20251006.instruments.csv'), `${HEAD}\n${line(738_561, 'RELIANCE')}\n`)
})
afterAll(() => recording.remove())

const run = (command: string, ...words: string[]) =>
  runMds([...command.split(' '), 'alpha', '--format', 'csv', ...words], { cwd: recording.folder })

describe.each(['decode', 'candles', 'replay --speed max'])('%s', (command) => {
  test('a day without the symbol is a notice', async () => {
    const { code, stdout, stderr } = await run(command, '--symbol', 'RELIANCE')
    expect(stderr).toContain('No instrument of 2025-10-05 is called RELIANCE')
    expect(code).toBe(0)
    const rows = stdout.toString('utf8').trim().split('\n')
    expect(rows.length).toBeGreaterThan(1)
    expect(rows.slice(1).every((row) => row.includes('RELIANCE'))).toBe(true)
  })

  test('no day knows it: an error at the end, and no rows', async () => {
    const { code, stdout, stderr } = await run(command, '--symbol', 'ZZZZZZZZZ')
    expect(code).toBe(2)
    expect(stdout.toString()).toBe('')
    expect(stderr).toContain('Error: None of the symbols asked for is in the instrument master')
    expect(stderr).toMatch(/alpha_20251005\.instruments\.csv/)
    expect(stderr).toMatch(/Try: mds info alpha/)
  })
})

test('an exchange that does not exist', async () => {
  const { code, stderr } = await run('decode', '--exchange', 'NSX')
  expect(code).toBe(2)
  expect(stderr).toContain('Error: No exchange is called NSX: expected NSE.')
  expect((await run('decode', '--exchange', 'bse')).stderr).toContain('No rows')
})
