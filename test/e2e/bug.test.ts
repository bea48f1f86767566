import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, onTestFinished, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { MdsProcess } from '../support/mds-process.js'
import { NumberedExchange } from '../support/numbered-exchange.js'
import { journalIn, numbersIn } from '../support/recorded-numbers.js'
import { runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'
import { until } from '../support/until.js'

beforeAll(ensureBuilt)

const SECRET = 'canarytoken00000000000000000000'
/** A bug in some consumer: an error with a secret in its words, from an event that nobody awaits. */
const BUG = `process.on('SIGUSR2', () => {
  const error = new Error('a consumer failed: ' + process.env.KITE_ACCESS_TOKEN)
  if (process.env.BUG === 'rejection') Promise.reject(error)
  else throw error
})`

test.each(['error', 'rejection'])(
  'row 32: %s that nobody caught: what was received is written, the journal says why, the exit code is 1',
  async (bug) => {
    const folder = tempFolder({ 'bug.mjs': BUG })
    const exchange = await NumberedExchange.open({ rate: 2000 })
    onTestFinished(() => exchange.close())
    const capture = new MdsProcess(
      [
        ...['capture', '--tokens', '408065', '--url', exchange.url, '--hours', 'always'],
        ...['--data-dir', 'raw', '--candles', '1m', '--log-file', 'log'],
      ],
      {
        cwd: folder,
        env: {
          NODE_OPTIONS: `--import=${join(folder, 'bug.mjs')}`,
          ...{ BUG: bug, KITE_API_KEY: 'canarykey', KITE_ACCESS_TOKEN: SECRET, XDG_RUNTIME_DIR: folder },
        },
      },
    )
    await until('messages', () => exchange.sent > 1000)
    capture.kill('SIGUSR2')
    expect(await capture.exit()).toBe(1)
    expect(capture.stderr).toContain('a consumer failed')
    expect(capture.stderr).toContain('bug in mds')
    expect(capture.stderr).toContain('; the capture ends')

    const ticks = join(folder, 'raw', 'tokens')
    const kept = numbersIn(ticks)
    expect(kept.length).toBeGreaterThan(500)
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, n) => n))
    const entries = journalIn(ticks)
    expect(entries.filter(({ event }) => event === 'failure')).toEqual([
      expect.objectContaining({ event: 'failure', detail: expect.stringContaining('a consumer failed') }),
    ])
    expect(entries.at(-1)).toMatchObject({ event: 'session_end', reason: 'a bug in mds' })
    const verified = await runMds(['verify', ticks], { cwd: folder })
    expect(verified.code, verified.stdout.toString()).toBe(0)
    const texts = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
      /\.(jsonl|ndjson|json)$|log$/.test(name),
    )
    expect(texts.length).toBeGreaterThan(2)
    for (const text of [capture.stderr, capture.stdout, ...texts.map((name) => readFileSync(join(folder, name), 'utf8'))])
      expect(text).not.toContain(SECRET)
  },
)
