import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { tempFolder } from '../support/temp-folder.js'
import { Box } from './box.js'

beforeAll(ensureBuilt)

const GATE = ['--min-confidence', '0.6', '--param', 'alerts.all_per_minute=1000,alerts.symbol_per_hour=1000']
const LOG = 'raw/tokens/tokens_20251006.alerts.ndjson'
const validate = (box: Box, log: string, args: readonly string[] = []) =>
  box.mds(['validate-alerts', log, '20251006', '--data-dir', 'raw', '-q', ...GATE, ...args])

test('the log of a live capture has no difference from its own recording', async () => {
  const box = await Box.make(tempFolder(), ['--instruments', '12', '--rate', '12', '--start', '09:05', '--until', '10:45'])
  await box.capture('raw', { connections: 1, speed: 'max', args: ['--patterns', ...GATE] })
  const { code, stdout, stderr } = await validate(box, LOG)
  expect(code, stderr).toBe(0)
  expect(stdout.toString()).toMatch(/: (\d\d) alerts in the log, \1 in the replay, \1 equal; no difference/)
})

test('neither has that of a capture that lost its connection; against the whole market the gap is the cause, as the journal has it', async () => {
  const box = await Box.make(tempFolder(), ['--instruments', '12', '--rate', '12', '--start', '09:05', '--until', '09:45'])
  const whole = (await box.mds(['patterns', '20251006', '--data-dir', 'market', '-q', ...GATE])).stdout.toString()
  writeFileSync(join(box.folder, 'whole.ndjson'), whole)
  const alerts = whole
    .trim()
    .split('\n')
    .map((line): { timestamp_ms: number; pattern_type: string } => JSON.parse(line))
  const lost = alerts.findLast(({ timestamp_ms }) => timestamp_ms % 60_000 === 0)
  const at = new Date((lost?.timestamp_ms as number) + 19_800_000 - 40_000).toISOString().slice(11, 19)
  await box.capture('raw', {
    connections: 1,
    speed: '100x',
    faults: [{ at, fault: 'drop', slot: 0 }],
    args: ['--patterns', ...GATE],
  })
  const own = await validate(box, LOG)
  expect(own.code, own.stdout.toString()).toBe(0)
  const other = await validate(box, 'whole.ndjson', ['--format', 'ndjson'])
  expect(other.code, other.stderr).toBe(4)
  const rows = other.stdout
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
  const differing = rows.filter(({ pattern_type }) => pattern_type === lost?.pattern_type)
  expect(differing.length).toBeGreaterThan(0)
  for (const row of differing)
    expect(row).toMatchObject({
      cause: 'gap',
      detail: expect.stringMatching(/gap from 09:\d\d:\d\d to 09:\d\d:\d\d \(disconnect\)$/),
    })
})
