import { linkSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { listing, runMds } from '../support/run-mds.js'
import { type SmallRecording, writeSmallRecording } from '../support/small-recording.js'

// A recording is the one thing that can't be made again: no command writes over what it reads.

let recording: SmallRecording
let folder = ''
const DAY = 'alpha/alpha_20251006_0900.bin'
const MASTER = 'alpha/alpha_20251006.instruments.csv'

beforeAll(() => {
  ensureBuilt()
  recording = writeSmallRecording()
  folder = recording.folder
  writeFileSync(
    join(folder, MASTER),
    'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n738561,2885,RELIANCE,RELIANCE,0,,0,0.05,1,EQ,NSE,NSE\n',
  )
  writeFileSync(join(folder, 'calendar.json'), '{}')
  symlinkSync(DAY, join(folder, 'link'))
  linkSync(join(folder, DAY), join(folder, 'same.csv'))
})
afterAll(() => recording.remove())

describe.each(['decode --limit 1', 'candles', 'replay --speed max'])('%s', (command) => {
  test.each([
    [DAY, 'output_is_recording'],
    ['new.bin.gz', 'output_is_recording'],
    ['link', 'output_is_input'],
    ['same.csv', 'output_is_input'],
    [MASTER, 'output_is_input'],
    ['calendar.json', 'output_is_input'],
  ])('-o %s is refused', async (output, code) => {
    const before = listing(folder)
    const bytes = readFileSync(join(folder, DAY))
    const words = [...command.split(' '), DAY, '--calendar', 'calendar.json', '-o', output, '--format', 'csv']
    const plain = await runMds(words, { cwd: folder })
    expect(plain.code).toBe(2)
    expect(plain.stderr).toMatch(/^Error: .*expected another/)
    const as_json = await runMds([...words, '--json'], { cwd: folder })
    expect(JSON.parse(as_json.stdout.toString()).error.code).toBe(code)
    expect(listing(folder)).toEqual(before)
    expect(readFileSync(join(folder, DAY)).equals(bytes)).toBe(true)
  })
})
