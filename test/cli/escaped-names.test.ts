import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'
import { type SmallRecording, writeSmallRecording } from '../support/small-recording.js'

// A master is a file of others: what its symbols hold must not drive the terminal.

const EVIL = 'RELIA\x1b[2JNCE\x07'
const SHOWN = 'RELIA\\u{1b}[2JNCE\\u{7}'

let recording: SmallRecording
beforeAll(() => {
  ensureBuilt()
  recording = writeSmallRecording()
  writeFileSync(
    join(recording.folder, 'master.csv'),
    `instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange\n738561,2885,${EVIL},x,0,,0,0.05,1,EQ,NSE,NSE\n`,
  )
})
afterAll(() => recording.remove())

const run = (...words: string[]) => runMds([...words, '--instruments', 'master.csv'], { cwd: recording.folder })
const controls = (text: string): string[] => [...text].filter((character) => /(?!\n)\p{Cc}/u.test(character))

test('a chart, a table, notices and errors show control characters instead of sending them', async () => {
  const outputs = [
    await run('candles', 'alpha', '--chart', '--format', 'table', '--symbol', EVIL, '--symbol', 'a\x07b'),
    await run('candles', 'alpha', '--symbol', 'RELIA\x1b[2JNCE'),
    await run('info', 'alpha', '--symbol\x07'),
    await run('info', 'nowhere\x1b[2J'),
  ]
  for (const { stdout, stderr } of outputs) expect(controls(stdout.toString('utf8') + stderr)).toEqual([])
  expect(outputs[0]?.stderr).toContain(`NSE:${SHOWN}  1m`)
  expect(outputs[0]?.stderr).toContain('No instrument is called a\\u{7}b')
  expect(outputs[1]?.stderr).toContain(SHOWN)
})
