import { beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { tempFolder } from '../support/temp-folder.js'
import { Box } from './box.js'

beforeAll(ensureBuilt)

/** What a candle line says that matters here. */
interface CandleLine {
  instrument_token: number
  timestamp: string
  interval: string
  complete: boolean
}

interface GapLine {
  connection: number
  from_ms: number
  to_ms: number
}

describe('synth -> serve -> capture -> verify -> candles is synth -> candles', () => {
  test.each([1, 2, 3])('with %i connections, at full speed', async (connections) => {
    const box = await Box.make(tempFolder(), ['--instruments', '30', '--rate', '15', '--start', '09:12', '--until', '09:32'])
    await box.capture('raw', { connections, speed: 'max' })
    const expected = await box.candles()
    expect(expected.length).toBeGreaterThan(10_000)
    expect(await box.candles('raw')).toEqual(expected)
    expect(box.liveCandles('raw')).toEqual(expected)
    const verified = await box.mds(['verify', '20251006', '--data-dir', 'raw'])
    expect(verified.code, verified.stdout.toString() + verified.stderr).toBe(0)
    if (connections === 1) expect(box.messages('raw', 'tokens')).toEqual(box.messages('market', 'synth').filter(isBinary))
  })

  test('with three connections, at the speed of the market', async () => {
    const box = await Box.make(tempFolder(), [
      '--instruments',
      '12',
      '--rate',
      '20',
      '--start',
      '09:15:50',
      '--until',
      '09:16:10',
    ])
    await box.capture('raw', { connections: 3, speed: '1x' })
    expect(await box.candles('raw')).toEqual(await box.candles())
    expect(box.liveCandles('raw')).toEqual(await box.candles())
  })
})

describe('a connection that is lost midway', () => {
  test.each([1, 3])('of %i: the gap is in the ledger and in complete, live and replayed', async (connections) => {
    const box = await Box.make(tempFolder(), ['--instruments', '30', '--rate', '15', '--start', '09:12', '--until', '09:32'])
    const faults = [{ at: '09:18:10', fault: 'drop', slot: 0 }]
    await box.capture('raw', { connections, speed: '100x', faults })
    const candles = await box.candles('raw')
    expect(box.liveCandles('raw').equals(candles)).toBe(true)
    const gaps = await box.mds(['gaps', '20251006', '--data-dir', 'raw', '--json'])
    expect(gaps.code, gaps.stderr).toBe(4)
    const [gap] = gapsOf(gaps.stdout.toString())
    if (gap === undefined) throw new Error('no gap is told')
    expect(gap.to_ms - gap.from_ms).toBeGreaterThan(1000)
    const carried = new Set(carriedBy(box, gap.connection, connections))
    const cut = linesOf(candles).filter(({ instrument_token, timestamp, interval }) => {
      const start_ms = Date.parse(timestamp)
      const length_ms = (interval === '5m' ? 5 : 1) * 60_000
      return carried.has(instrument_token) && start_ms < gap.to_ms && start_ms + length_ms > gap.from_ms
    })
    expect(cut.length).toBeGreaterThan(0)
    expect(cut.filter(({ complete }) => complete)).toEqual([])
    const before = (bytes: Buffer) => linesOf(bytes).filter(({ timestamp }) => Date.parse(timestamp) + 300_000 < gap.from_ms)
    expect(before(candles)).toEqual(before(await box.candles()))
  })
})

const isBinary = (message: Buffer): boolean => message[0] !== 0x7b
const linesOf = (bytes: Buffer): CandleLine[] =>
  bytes
    .toString()
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as CandleLine)

function gapsOf(json: string): GapLine[] {
  const { sessions } = JSON.parse(json) as { sessions: { gaps: { from: string; to: string; connection: number }[] }[] }
  return sessions.flatMap(({ gaps }) =>
    gaps.map(({ from, to, connection }) => ({ connection, from_ms: Date.parse(from), to_ms: Date.parse(to) })),
  )
}

/** Tokens whose packets lie in the files of a connection. */
function carriedBy(box: Box, connection: number, connections: number): number[] {
  return box
    .messages('raw', 'tokens', connections === 1 ? '.bin' : `-c${connection}.bin`)
    .flatMap(
      (message) =>
        Array.from({ length: message.readUInt16BE(0) }, (_, n) => n).reduce<{ at: number; tokens: number[] }>(
          ({ at, tokens }) => ({ at: at + 2 + message.readUInt16BE(at), tokens: [...tokens, message.readUInt32BE(at + 2)] }),
          { at: 2, tokens: [] },
        ).tokens,
    )
}
