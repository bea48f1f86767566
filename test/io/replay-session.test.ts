import { join } from 'node:path'
import fc from 'fast-check'
import { afterAll, expect, test } from 'vitest'
import type { Playback } from '../../src/io/playback.js'
import { type ReplayRequest, replay } from '../../src/io/replay-session.js'
import { FakeTime } from '../support/fake-time.js'
import { BEGIN_MS, SPAN_MS, writeSmallRecording } from '../support/small-recording.js'

const recording = writeSmallRecording()
afterAll(recording.remove)

const request = (speed: number, more: Partial<ReplayRequest> = {}): ReplayRequest => ({
  recordings: { sessions: [recording.folder], data_dir: 'raw_ticks', profiles: [] },
  instruments: [],
  calendar: undefined,
  wishes: { symbols: [], tokens: [], exchanges: [] },
  clock: 'trade',
  bars: {
    intervals: [{ label: '1m', length_s: 60 }],
    auction: 'separate',
    fill: 'skip',
    late: 'drop',
    gap_volume: 'quarantine',
  },
  from: undefined,
  to: undefined,
  speed,
  max_wait_ms: Number.POSITIVE_INFINITY,
  ...more,
})

interface Heard {
  lines: string[]
  /** Real time of each line. */
  times: number[]
}

/** What the last reading told, with controls worked while it played. */
async function play(
  asked: ReplayRequest,
  time = new FakeTime(),
  onPlayback: (playback: Playback) => void = () => {},
  prepare_ms?: number,
) {
  const heard: Heard = { lines: [], times: [] }
  let known: Playback | undefined
  const tell = (line: string): void => {
    heard.lines.push(line)
    if (prepare_ms === undefined) heard.times.push(time.now)
  }
  /** Work that takes its time, done ahead; what was told counts from when it leaves. */
  const preparing = {
    onPrepare: () => {
      time.now += prepare_ms ?? 0
    },
    onIdle: () => {
      while (heard.times.length < heard.lines.length) heard.times.push(time.now)
    },
  }
  const summary = await replay(asked, {
    ports: time,
    signal: new AbortController().signal,
    onNotice: () => {},
    audience: {
      wanted: true,
      wantsAll: false,
      rests: false,
      ...(prepare_ms === undefined ? {} : preparing),
      onBegin(_, playback) {
        heard.lines.length = 0
        heard.times.length = 0
        if (known === undefined) onPlayback(playback)
        known = playback
      },
      onTick: (tick) => tell(`tick ${tick.sequence} ${tick.received_at_ms} ${tick.instrument.instrument_token}`),
      onCandle: (candle) =>
        tell(`candle ${candle.instrument.instrument_token} ${candle.open_time_ms} ${candle.close} ${candle.volume}`),
    },
  })
  return { ...heard, summary }
}

const whole = await play(request(Number.POSITIVE_INFINITY))

test('the recording of this test has ticks and candles in it, candles ahead of the ticks that closed them', () => {
  expect(whole.summary.records).toBe(82)
  expect(whole.lines.filter((line) => line.startsWith('candle')).length).toBe(6)
  expect(whole.lines.findIndex((line) => line.startsWith('candle'))).toBeLessThan(whole.lines.length - 10)
})

test.each([
  ['both profiles', undefined],
  ['one file', undefined],
  ['both profiles, prepared', 3],
  ['one file, prepared', 3],
])('paced, each record comes at its time, never early (%s)', async (what, prepare_ms) => {
  const sessions = [what.startsWith('one file') ? join(recording.folder, 'alpha') : recording.folder]
  const asked = { recordings: { sessions, data_dir: 'raw_ticks', profiles: [] } }
  const time = new FakeTime(() => 0.4)
  const { lines, times, summary } = await play(request(10, asked), time, undefined, prepare_ms)
  expect(lines).toEqual((await play(request(Number.POSITIVE_INFINITY, asked))).lines)
  const first_ms = summary.first_ms ?? 0
  const begun_ms = prepare_ms ?? 0
  const late = lines.flatMap((line, n) => {
    const [kind, , received_ms] = line.split(' ')
    return kind === 'tick' ? [(times[n] ?? 0) - begun_ms - (Number(received_ms) - first_ms) / 10] : []
  })
  // The subtractions of this test round; the pacer itself is held to 0 in its own test.
  expect(Math.min(...late)).toBeGreaterThan(-1e-9)
  expect(Math.max(...late)).toBeLessThan(0.5)
})

type Control = (playback: Playback) => void
const controls: fc.Arbitrary<Control> = fc.oneof(
  fc.constant<Control>((playback) => {
    playback.togglePause()
  }),
  fc.constant<Control>((playback) => playback.step()),
  fc.constant<Control>((playback) => playback.faster()),
  fc.constant<Control>((playback) => playback.slower()),
  fc.integer({ min: -4000, max: 4000 }).map(
    (ms): Control =>
      (playback) =>
        playback.seekBy(ms),
  ),
)

test('pauses, steps, changes of speed and seeks never change what is told', async () => {
  const from = { kind: 'moment', ms: BEGIN_MS + 1600 } as const
  const late_part = await play(request(Number.POSITIVE_INFINITY, { from }))
  let rewinds = 0
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 6000 }), controls), { maxLength: 12 }),
      fc.constantFrom(0.5, 1, 2, 40),
      fc.boolean(),
      async (actions, speed, only_late) => {
        const time = new FakeTime()
        const { lines } = await play(request(speed, only_late ? { from } : {}), time, (playback) => {
          for (const [at, control] of actions)
            time.at(at, () => {
              control(playback)
              if (playback.stopped === 'rewind') rewinds++
            })
          // Whatever was done, someone presses space in the end.
          for (let n = 1; n <= 400; n++) time.at(6000 + n * 1000, () => playback.paused && playback.togglePause())
        })
        expect(lines).toEqual(only_late ? late_part.lines : whole.lines)
      },
    ),
    { numRuns: 100 },
  )
  expect(rewinds).toBeGreaterThan(0)
})

test('two windows that meet tell together what one over both tells', async () => {
  for (const cut_ms of [BEGIN_MS + 1, BEGIN_MS + 97, BEGIN_MS + 1600, BEGIN_MS + 2499, BEGIN_MS + SPAN_MS]) {
    const cut = { kind: 'moment', ms: cut_ms } as const
    const early = await play(request(Number.POSITIVE_INFINITY, { to: cut }))
    const late = await play(request(100, { from: cut }))
    expect(early.lines.every((line) => !line.startsWith('tick') || Number(line.split(' ')[2]) < cut_ms)).toBe(true)
    expect([...early.lines, ...late.lines]).toEqual(whole.lines)
  }
})

test('pacing begins where the window does', async () => {
  const time = new FakeTime()
  await play(request(1, { from: { kind: 'moment', ms: BEGIN_MS + 2000 } }), time)
  expect(time.now).toBeGreaterThan(SPAN_MS - 2000 - 100)
  expect(time.now).toBeLessThan(SPAN_MS - 2000 + 1)
})

test('a silence is shortened to max-wait', async () => {
  const time = new FakeTime()
  const { lines } = await play(request(1, { max_wait_ms: 50 }), time)
  expect(lines).toEqual(whole.lines)
  // 35 distinct moments after the first of the day
  expect(time.now).toBeLessThan(37 * 50)
})

test('only the symbols asked for are told, under their old sequence', async () => {
  const { lines } = await play(
    request(Number.POSITIVE_INFINITY, { wishes: { symbols: ['token:408065'], tokens: [], exchanges: [] } }),
  )
  expect(lines).toEqual(whole.lines.filter((line) => line.includes(' 408065')))
})
