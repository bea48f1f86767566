import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { tempFolder } from '../support/temp-folder.js'
import { Box } from './box.js'

beforeAll(ensureBuilt)

test('the log of a live capture has no difference from its own recording, whatever is missing in it', async () => {
  const gate = ['--min-confidence', '0.6', '--param', 'alerts.all_per_minute=1000,alerts.symbol_per_hour=1000']
  const box = await Box.make(tempFolder(), ['--instruments', '12', '--rate', '12', '--start', '09:05', '--until', '10:45'])
  await box.capture('raw', { connections: 1, speed: 'max', args: ['--patterns', ...gate] })
  const { code, stdout, stderr } = await box.mds([
    ...['validate-alerts', 'raw/tokens/tokens_20251006.alerts.ndjson', '20251006', '--data-dir', 'raw', '-q'],
    ...gate,
  ])
  expect(code, stderr).toBe(0)
  expect(stdout.toString()).toMatch(/: (\d\d) alerts in the log, \1 in the replay, \1 equal; no difference/)
})
