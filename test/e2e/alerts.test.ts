import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { RedisServer } from '../support/redis-server.js'
import { tempFolder } from '../support/temp-folder.js'
import { Box } from './box.js'

beforeAll(ensureBuilt)

// A low gate: on a small market many things must have something to say.
const GATE = ['--min-confidence', '0.6', '--param', 'alerts.all_per_minute=1000,alerts.symbol_per_hour=1000']
const SYNTH = ['--instruments', '12', '--rate', '12', '--start', '09:05', '--until', '10:45']

async function patternsOf(box: Box, data_dir: string, args: readonly string[] = []): Promise<string> {
  const { code, stdout, stderr } = await box.mds(['patterns', '20251006', '--data-dir', data_dir, '-q', ...GATE, ...args])
  expect(code, stderr).toBe(0)
  return stdout.toString()
}

describe('the alerts of one recording are the same bytes', () => {
  test('from patterns, from a replay at any speed, and from a live capture of it', async () => {
    const box = await Box.make(tempFolder(), SYNTH)
    const expected = await patternsOf(box, 'market')
    expect(expected.split('\n').length).toBeGreaterThan(10)
    expect(
      new Set(
        expected
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).pattern_type),
      ).size,
    ).toBeGreaterThan(3)

    const replayed = async (args: readonly string[]): Promise<string> => {
      const words = ['replay', '20251006', '--data-dir', 'market', '--emit', 'alerts', '-q', ...GATE, ...args]
      const { code, stdout, stderr } = await box.mds(words)
      expect(code, stderr).toBe(0)
      return stdout.toString()
    }
    expect(await replayed(['--speed', 'max'])).toBe(expected)
    // 1,000 times the market: 6 s. What a pace changes shows at any pace.
    expect(await replayed(['--speed', '1000x'])).toBe(expected)
    const merged = (await replayed(['--speed', 'max', '--emit', 'candles,alerts', '--tf', '3m'])).trim().split('\n')
    const alone = merged.filter((line) => line.startsWith('{"type":"alert",')).map((line) => line.replace('"type":"alert",', ''))
    expect(`${alone.join('\n')}\n`).toBe(expected)
    expect(
      merged.filter((line) => line.includes('"type":"candle"')).every((line) => /"interval":"(?:3m|auction)"/.test(line)),
    ).toBe(true)

    await box.capture('raw', { connections: 1, speed: 'max', args: ['--patterns', ...GATE] })
    expect(await patternsOf(box, 'raw')).toBe(expected)
    expect(readFileSync(join(box.folder, 'raw', 'tokens', 'tokens_20251006.alerts.ndjson'), 'utf8')).toBe(expected)
    // The candles beside them are those of a capture without alerts.
    expect(box.liveCandles('raw')).toEqual(await box.candles('raw'))
  })

  test('at the speed of the market', async () => {
    const folder = tempFolder()
    const box = await Box.make(folder, SYNTH)
    const expected = (await patternsOf(box, 'market')).trim().split('\n')
    const [first] = expected.map((line) => JSON.parse(line).emitted_at_ms as number).sort((a, b) => a - b)
    const clock = (ms: number): string => new Date(ms + 19_800_000).toISOString().slice(11, 19)
    const [from, to] = [clock((first as number) - 2000), clock((first as number) + 4000)]
    const window = ['--from', from, '--to', to]
    const words = ['replay', '20251006', '--data-dir', 'market', '--emit', 'alerts', '-q', ...GATE, ...window]
    const [slow, fast] = [await box.mds([...words, '--speed', '1x']), await box.mds([...words, '--speed', 'max'])]
    expect(slow.stdout.length).toBeGreaterThan(100)
    expect(slow.stdout.equals(fast.stdout)).toBe(true)
  })

  test('and go to Redis as they are', async () => {
    const server = await RedisServer.open()
    const box = await Box.make(tempFolder(), SYNTH)
    const expected = (await patternsOf(box, 'market')).trim().split('\n')
    const redis = ['--redis', `redis://127.0.0.1:${server.port}`]
    const words = ['replay', '20251006', '--data-dir', 'market', '--emit', 'alerts', '--speed', 'max', '-q', ...GATE, ...redis]
    expect((await box.mds(words)).code).toBe(0)
    const client = await server.client()
    await client.send('SELECT', 4)
    const texts = (await client.entries('alerts:system')).map(({ fields }) => String(fields.get('data')))
    expect(texts).toEqual(expected)
  })
})

describe('a plugin', () => {
  const PLUGIN = `import type { PluginPattern } from 'mds'
let asked = 0
export default {
  id: 'mine',
  parameters: { bars: { default: 3, min: 1, max: 9, doc: 'Rising closes' } },
  create: ({ bars }) => ({ m1 }) => {
    asked++
    for (let ago = 0; ago < bars; ago++) if (!(m1.close(ago) > m1.close(ago + 1))) return undefined
    TROUBLE
    return { direction: 'BUY', score: 0.9, evidence: { bars } }
  },
} satisfies PluginPattern<'bars'>
`

  const withPlugin = async (trouble: string) => {
    const folder = tempFolder()
    const box = await Box.make(folder, SYNTH)
    writeFileSync(join(folder, 'mine.ts'), PLUGIN.replace('TROUBLE', trouble))
    const words = ['patterns', '20251006', '--data-dir', 'market', ...GATE, '--plugin', 'mine.ts']
    return { box, outcome: await box.mds(words), strict: await box.mds([...words, '--strict', '-q']) }
  }

  test('runs like the others, and its hash is in the configuration', async () => {
    const { box, outcome } = await withPlugin('')
    const alerts = outcome.stdout
      .toString()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(alerts.some(({ pattern_type }) => pattern_type === 'mine')).toBe(true)
    const [without] = (await patternsOf(box, 'market')).split('\n')
    expect(JSON.parse(without as string).config_hash).not.toBe(alerts[0].config_hash)
  })

  test.each([
    ['throw new TypeError("no luck")', 'it threw TypeError: no luck'],
    ['Date.now()', 'Date.now'],
    ['try { Math.random() } catch {}', 'Math.random'],
    ['return { direction: "UP", score: 1, evidence: {} } as never', 'direction must be BUY, SELL, NEUTRAL, found "UP"'],
    ['return { direction: "BUY", score: NaN, evidence: {} }', 'score must be a number from 0 to 1'],
    ['return 7 as never', 'expected a candidate'],
  ])('that does %s is switched off, and the others say what they say without it', async (trouble, says) => {
    const { box, outcome, strict } = await withPlugin(trouble)
    expect(outcome.code).toBe(0)
    expect(outcome.stderr).toContain('mine was switched off at')
    expect(outcome.stderr).toContain(says)
    expect(strict.code).toBe(3)
    const ids = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line).detection_id ?? JSON.parse(line).timestamp_ms)
    expect(ids(outcome.stdout.toString())).toEqual(ids(await patternsOf(box, 'market')))
  })
})

test('what is missing is said, and what is not known is refused', async () => {
  const box = await Box.make(tempFolder(), SYNTH)
  const run = (...args: string[]) => box.mds(['patterns', '20251006', '--data-dir', 'market', ...args])
  const plain = await run()
  expect(plain.stderr).toContain('No baseline')
  for (const [args, code, says] of [
    [['--only', 'volume_spke'], 2, 'volume_spike'],
    [['--param', 'volume_spike.rv_mim=2'], 2, 'rv_min'],
    [['--param', 'volume_spike.rv_min=0'], 2, 'from 1 to 20'],
    [['--plugin', 'none.ts'], 3, 'none.ts'],
    [['--baseline', 'none.ndjson'], 3, 'none.ndjson'],
    [['--config', 'none.json'], 3, 'none.json'],
  ] as const) {
    const outcome = await run(...args)
    expect(outcome.code, outcome.stderr).toBe(code)
    expect(outcome.stderr).toContain(says)
    expect(outcome.stdout.length).toBe(0)
  }
})
