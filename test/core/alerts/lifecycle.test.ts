import { describe, expect, test } from 'vitest'
import type { Candle } from '../../../src/core/market/index.js'
import { atMs, bar, detection, type Facts, type Moment, moment, run, stock, told } from './make.js'

const LEVELS = { entry: 100_000, stop: 99_500, targets: [101_000, 102_000], invalidation: 99_800 }
const MIRRORED = { entry: 100_000, stop: 100_500, targets: [99_000, 98_000], invalidation: 100_200 }

/** One alert known at 10:00, then these bars, each told two seconds after its end. */
const follow = (facts: Facts, bars: readonly Candle[], more: readonly Moment[] = []) =>
  run([
    moment('10:00', [detection(facts)]),
    ...bars.map((each) => ({ now_ms: each.close_time_ms + 2000, bars: [each] })),
    ...more,
  ])
const buy = (levels: object = LEVELS): Facts => ({ candidate: levels })
const sell = (levels: object = MIRRORED): Facts => ({ candidate: { direction: 'SELL', ...levels } })
/** High, low and close as distances from the entry, for both directions. */
const both = (above: number, below: number, close: number, clock = '10:00') => ({
  up: bar(clock, 100_000 + close, { high: 100_000 + above, low: 100_000 - below }),
  down: bar(clock, 100_000 - close, { high: 100_000 + below, low: 100_000 - above }),
})

test.each([
  ['nothing', 500, 100, 200, []],
  ['a target reached but not traded through', 1000, 0, 900, []],
  ['a target traded through by a tick', 1005, 0, 900, ['target_hit']],
  ['a stop reached but not traded through', 0, 500, -100, []],
  ['a stop traded through by a tick', 0, 505, -100, ['stop_hit']],
  ['both in one bar: the stop first', 1005, 505, 0, ['stop_hit']],
  ['a close on the invalidation', 0, 300, -200, []],
  ['a close beyond it', 0, 300, -201, ['invalidated']],
  ['target and invalidation in one bar: the target first', 1005, 300, -201, ['target_hit']],
])('%s', (_, above, below, close, ending) => {
  const { up, down } = both(above, below, close)
  expect(told(follow(buy(), [up])).slice(1)).toEqual(ending)
  expect(told(follow(sell(), [down])).slice(1)).toEqual(ending)
})

test('a transition tells which bar decided, under the id of its alert', () => {
  const { alerts } = follow(buy(), [both(100, 0, 50).up, both(100, 700, -600, '10:01').up])
  expect(alerts).toHaveLength(2)
  const [first, last] = alerts
  expect(last).toEqual({
    ...first,
    state: 'stop_hit',
    known_at_ms: atMs('10:02'),
    emitted_at_ms: atMs('10:02') + 2000,
    last_price: 99_400,
    evidence: { bar_start_ms: atMs('10:01'), open: 994, high: 1001, low: 993, close: 994 },
  })
})

test('an alert ends once', () => {
  const crash = ['10:01', '10:02', '10:03'].map((clock) => both(2000, 2000, -1000, clock).up)
  expect(told(follow(buy(), crash, [moment('15:31')]))).toEqual(['emitted', 'stop_hit'])
})

describe('no look into its own bar, no look ahead', () => {
  test('the bar it was made of, told again or late, touches nothing', () => {
    expect(told(follow(buy(), [both(2000, 2000, -1000, '09:59').up]))).toEqual(['emitted'])
  })

  test('a detector that is asked each second: the bar under way touches nothing', () => {
    const at_ms = atMs('10:00') + 37_000
    const facts = { ...buy(), known_at_ms: at_ms, bar: bar('09:59', 100_000), pattern: { cadence: 'second' } } as const
    const moments = [
      { now_ms: at_ms, detections: [detection(facts)] },
      moment('10:01', [], [both(2000, 2000, -1000, '10:00').up]),
      moment('10:02', [], [both(0, 600, -100, '10:01').up]),
    ]
    expect(told(run(moments.slice(0, 2)))).toEqual(['emitted'])
    expect(told(run(moments))).toEqual(['emitted', 'stop_hit'])
  })

  test('a bar that ends after the expiry touches nothing: what came before cannot be told apart', () => {
    const at_ms = atMs('10:00') + 37_000
    const facts = { candidate: { ...LEVELS, expires_min: 2 }, known_at_ms: at_ms, bar: bar('09:59', 100_000) } as const
    const { alerts } = run([
      { now_ms: at_ms, detections: [detection(facts)] },
      moment('10:02', [], [both(0, 0, 0, '10:01').up]),
      moment('10:03', [], [both(2000, 2000, -1000, '10:02').up]),
    ])
    expect(alerts.map(({ state, known_at_ms }) => [state, known_at_ms])).toEqual([
      ['emitted', at_ms],
      ['expired', at_ms + 120_000],
    ])
  })

  test('bars of auctions, revisions and bars carried forward touch nothing', () => {
    const wild = { high: 200_000, low: 50_000 }
    for (const facts of [{ phase: 'closing_auction' }, { revision: 1 }, { synthetic: true }] as const)
      expect(told(follow(buy(), [bar('10:00', 100_000, { ...wild, ...facts })]))).toEqual(['emitted'])
    expect(told(follow(buy(), [bar('10:00', 100_000, wild)]))).toEqual(['emitted', 'stop_hit'])
  })

  test('bars of other instruments touch nothing', () => {
    expect(told(follow(buy(), [bar('10:00', 10_000, { instrument: stock(1) })]))).toEqual(['emitted'])
  })
})

describe('expiry', () => {
  const quiet = (clock: string) => both(0, 0, 0, clock).up

  test('with the bar that ends at that time, which counts still', () => {
    const facts = buy({ ...LEVELS, expires_min: 2 })
    expect(told(follow(facts, [quiet('10:00'), quiet('10:01')]))).toEqual(['emitted', 'expired'])
    expect(told(follow(facts, [quiet('10:00'), both(2000, 0, 0, '10:01').up]))).toEqual(['emitted', 'target_hit'])
    expect(told(follow(facts, [quiet('10:00')]))).toEqual(['emitted'])
  })

  test('without bars, when none can come any more', () => {
    const at = (after_ms: number) => follow(buy(), [], [{ now_ms: atMs('11:00') + after_ms }]).alerts
    expect(at(64_999)).toHaveLength(1)
    expect(at(65_000)[1]).toMatchObject({
      state: 'expired',
      known_at_ms: atMs('11:00'),
      emitted_at_ms: atMs('11:00') + 65_000,
      last_price: 100_000,
    })
  })

  test('at the end of trading at the latest', () => {
    const { alerts } = run([moment('15:20', [detection({ known_at: '15:20' })]), { now_ms: atMs('15:31') + 5000 }])
    expect(alerts.map(({ expires_at_ms }) => expires_at_ms)).toEqual([atMs('15:30'), atMs('15:30')])
    expect(alerts[1]?.state).toBe('expired')
    expect(run([moment('15:30', [detection({ known_at: '15:30' })])]).alerts[0]?.expires_at_ms).toBe(atMs('15:30'))
    const mcx = stock(1, {
      exchange: 'MCX',
      segment: 'MCX-FUT',
      instrument_type: 'FUT',
      asset_class: 'commodity',
      underlying: 'GOLD',
    })
    const evening = run([moment('20:00', [detection({ known_at: '20:00', instrument: mcx })])])
    expect(evening.alerts[0]?.expires_at_ms).toBe(atMs('21:00'))
  })

  test('by its detector, or an hour', () => {
    const expires = (candidate: { expires_min?: number }, rules = {}) =>
      (run([moment('10:00', [detection({ candidate })])], rules).alerts[0]?.expires_at_ms ?? 0) - atMs('10:00')
    expect(expires({})).toBe(3_600_000)
    expect(expires({ expires_min: 0.5 })).toBe(30_000)
    expect(expires({}, { expires_min: 30 })).toBe(1_800_000)
  })
})

describe('NEUTRAL alerts', () => {
  const wild = ['10:00', '10:01'].map((clock) => both(50_000, 50_000, 20_000, clock).up)
  test('without levels only expire', () => {
    const facts = { candidate: { direction: 'NEUTRAL', expires_min: 2 } } as const
    expect(told(follow(facts, wild))).toEqual(['emitted', 'expired'])
  })

  test('with levels go where those point', () => {
    const facts = (levels: object): Facts => ({ candidate: { direction: 'NEUTRAL', ...levels } })
    const { up, down } = both(1005, 0, 900)
    expect(told(follow(facts(LEVELS), [up]))).toEqual(['emitted', 'target_hit'])
    expect(told(follow(facts(MIRRORED), [down]))).toEqual(['emitted', 'target_hit'])
    expect(told(follow(facts({ entry: 100_000, stop: 99_500 }), [bar('10:00', 99_000)]))).toEqual(['emitted', 'stop_hit'])
    expect(told(follow(facts({ entry: 100_000, stop: 100_500 }), [bar('10:00', 101_000)]))).toEqual(['emitted', 'stop_hit'])
    expect(told(follow(facts({ entry: 100_000, invalidation: 99_800 }), [bar('10:00', 99_700)]))).toEqual([
      'emitted',
      'invalidated',
    ])
  })

  test('that are option strategies only expire: their levels are premiums', () => {
    const levels = { direction: 'NEUTRAL', entry: 20_000, stop: 26_000, targets: [10_000], expires_min: 2 } as const
    const run = follow({ candidate: levels, pattern: { category: 'straddle' } }, wild)
    expect(told(run)).toEqual(['emitted', 'expired'])
    expect(run.alerts[0]?.levels).toMatchObject({ entry: 20_000, stop: 26_000, targets: [10_000], sign: 0 })
  })
})

test('endings of one moment come in the order of their alerts, ahead of its detections', () => {
  const claims = [3, 1, 2].map((n) =>
    detection({ instrument: stock(n), candidate: { ...LEVELS, score: 0.8 }, confidence: 0.9 + n / 100 }),
  )
  const bars = [1, 2, 3].map((n) => bar('10:00', 90_000, { instrument: stock(n) }))
  const { alerts } = run([moment('10:00', claims), moment('10:01', [detection({ known_at: '10:01' })], bars)])
  const rows = alerts.map(({ state, detection: { instrument } }) => `${instrument.symbol} ${state}`)
  expect(rows.slice(0, 3)).toEqual(['STOCK3 emitted', 'STOCK2 emitted', 'STOCK1 emitted'])
  expect(rows.slice(3)).toEqual(['STOCK3 stop_hit', 'STOCK2 stop_hit', 'STOCK1 stop_hit', 'RELIANCE emitted'])
})
