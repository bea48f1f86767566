import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Worth } from '../../src/core/worth/index.js'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'

const DAYS = ['20250929', '20250930', '20251001', '20251003', '20251006', '20251007']
const LAST = '20251007'
let folder = ''

beforeAll(async () => {
  ensureBuilt()
  folder = mkdtempSync(join(tmpdir(), 'mds-worth-'))
  for (const day of DAYS) {
    const made = await mds('synth', '--date', day, '--instruments', '8', '--rate', '8', '--seed', '11', '--quiet')
    expect(made.code).toBe(0)
  }
  const found = await mds('patterns', LAST, '--min-confidence', '0.6', '-o', 'alerts.ndjson', '--quiet')
  expect(found.code).toBe(0)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const mds = (...args: string[]) => runMds(args, { cwd: folder })

async function worthOf(log: string, days: readonly string[], ...flags: string[]): Promise<Worth> {
  const run = await mds('validate-alerts', log, ...days, '--part', 'worth', '--json', ...flags)
  expect(run.stderr.match(/error|bug/i)).toBeNull()
  expect(run.code).toBe(0)
  return (JSON.parse(run.stdout.toString('utf8')) as { worth: Worth }).worth
}

interface DecodedTick {
  readonly symbol: string
  readonly received_at: string
  readonly last_price: number
  readonly last_trade_time?: string
  readonly volume_traded?: number
  readonly depth?: { readonly buy: { price: number; quantity: number }[]; readonly sell: { price: number; quantity: number }[] }
}

describe('mds validate-alerts --part worth', () => {
  test('judges a day against those before it, the same whatever the order of the log', async () => {
    const worth = await worthOf('alerts.ndjson', DAYS)
    const lines = readFileSync(join(folder, 'alerts.ndjson'), 'utf8').trim().split('\n')
    expect(worth.alerts).toBe(lines.length)
    expect(worth.overall.judged + Object.values(worth.not_judged).reduce((sum, count) => sum + count, 0)).toBe(lines.length)
    expect(worth.overall.judged).toBeGreaterThan(10)
    expect(worth.patterns.some(({ chance }) => chance.p !== null)).toBe(true)
    expect(worth.patterns.every(({ chance }) => (chance.p === null) === (chance.why_no_p !== null))).toBe(true)
    // Benjamini and Hochberg by their definition: the least of p x m / rank among this rank and those above it.
    const tested = worth.patterns.map(({ chance }) => chance).filter(({ p }) => p !== null)
    const sorted = tested.map(({ p }) => p as number).sort((a, b) => a - b)
    for (const { p, p_fdr } of tested) {
      const ranks = sorted
        .map((each, n) => ({ value: (each * sorted.length) / (n + 1), each }))
        .filter(({ each }) => each >= (p as number))
      expect(p_fdr).toBeCloseTo(Math.min(1, ...ranks.map(({ value }) => value)), 5)
    }
    expect(tested.length).toBeGreaterThan(2)
    writeFileSync(join(folder, 'backwards.ndjson'), `${[...lines].reverse().join('\n')}\n`)
    expect(await worthOf('backwards.ndjson', [...DAYS].reverse())).toEqual(worth)
    const other = await worthOf('alerts.ndjson', DAYS, '--seed', '2')
    expect(other.patterns.map(({ chance }) => chance.mean_r)).toEqual(worth.patterns.map(({ chance }) => chance.mean_r))
    expect(other.patterns.map(({ chance }) => chance.p)).not.toEqual(worth.patterns.map(({ chance }) => chance.p))
  }, 120_000)

  test('says why there is no p-value on a single day, and prints a table for people', async () => {
    const worth = await worthOf('alerts.ndjson', [LAST])
    const reasons = new Set(worth.patterns.flatMap(({ chance: { p, why_no_p } }) => (p === null ? [why_no_p] : ['p'])))
    expect(reasons).toContain('few_sessions')
    expect(reasons).not.toContain('p')
    const table = await mds('validate-alerts', 'alerts.ndjson', LAST, '--part', 'worth')
    expect(table.stdout.toString('utf8')).toMatch(/^Worth: \d+ alerts of 1 session, \d+ judged; seed 1, 1000 draws/)
    expect(table.stdout.toString('utf8')).toContain('not compared: few_sessions')
    expect(table.stdout.toString('utf8')).not.toContain('NaN')
  }, 60_000)

  test('gives the returns that the decoded ticks give', async () => {
    const decoded = await mds('decode', LAST, '--symbol', 'RELIANCE')
    const ticks = decoded.stdout
      .toString('utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as DecodedTick)
    expect(ticks.length).toBeGreaterThan(1000)
    const at_ms = Date.parse('2025-10-07T11:00:00+05:30')
    const due_ms = at_ms + 500
    const timeOf = ({ received_at }: DecodedTick): number => Date.parse(received_at)
    const entry = ticks.find((tick) => timeOf(tick) >= due_ms)?.depth?.sell[0]?.price as number
    const log = { pattern_type: 'mine', symbol: 'RELIANCE', direction: 'BUY', timestamp_ms: at_ms }
    writeFileSync(join(folder, 'one.ndjson'), `${JSON.stringify(log)}\n`)
    const worth = await worthOf('one.ndjson', [LAST])
    for (const [horizon, minutes] of [
      ['5m', 5],
      ['15m', 15],
      ['60m', 60],
    ] as const) {
      const last = ticks.findLast((tick) => timeOf(tick) <= due_ms + minutes * 60_000)?.last_price as number
      const found = worth.overall.horizons.find((one) => one.horizon === horizon)?.mean_bps
      expect(found, horizon).toBeCloseTo(10_000 * (last / entry - 1), 5)
    }
    expect(worth.overall.no_label).toEqual({ no_stop: 1 })
  }, 60_000)

  test('compares and judges in one run: exit 4 for a difference, and the days before are only history', async () => {
    const lines = readFileSync(join(folder, 'alerts.ndjson'), 'utf8').trim().split('\n')
    writeFileSync(join(folder, 'short.ndjson'), `${lines.slice(1).join('\n')}\n`)
    const run = await mds('validate-alerts', 'short.ndjson', ...DAYS, '--min-confidence', '0.6', '--json')
    expect(run.code).toBe(4)
    const { parity, worth } = JSON.parse(run.stdout.toString('utf8')) as { parity: { differences: number }; worth: Worth }
    expect(parity.differences).toBe(1)
    expect(worth.alerts).toBe(lines.length - 1)
    expect(run.stderr).toContain('Only used as history')
  }, 120_000)

  test('counts what it leaves out', async () => {
    const base = { pattern_type: 'mine', symbol: 'RELIANCE', direction: 'BUY' }
    const at_ms = Date.parse('2025-10-07T11:00:00+05:30')
    const rows = [
      { ...base, timestamp_ms: at_ms },
      { ...base, timestamp_ms: at_ms, symbol: 'NOSUCH' },
      { ...base, timestamp_ms: at_ms, direction: 'NEUTRAL' },
      { ...base, timestamp_ms: at_ms - 30 * 86_400_000 },
      { ...base, timestamp_ms: at_ms + 5 * 3_600_000 },
    ]
    writeFileSync(join(folder, 'odd.ndjson'), rows.map((row) => JSON.stringify(row)).join('\n'))
    const worth = await worthOf('odd.ndjson', [LAST])
    expect(worth.left_out).toEqual({ other_days: 1, unknown_symbol: 1 })
    expect(worth.not_judged).toEqual({ no_direction: 1, outside_hours: 1 })
    expect(worth.overall.judged).toBe(1)
  }, 60_000)
})
