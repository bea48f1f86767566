import { describe, expect, test } from 'vitest'
import { type Alert, DEFAULT_ALERT_RULES } from '../../../../src/core/alerts/index.js'
import { parseIntervals } from '../../../../src/core/candles/index.js'
import { Pipeline, Signals } from '../../../../src/core/engine/index.js'
import type { Instrument } from '../../../../src/core/market/index.js'
import { OptionBook } from '../../../../src/core/options/index.js'
import { PATTERN_INTERVALS, PATTERNS, type PatternDefinition, type PatternView } from '../../../../src/core/patterns/index.js'
import { calendar } from '../../../support/feed.js'
import { active, calm, playBytes, recordingOfScenario, runScenario, scenarioStock } from '../../../support/scenario.js'
import { sha256 } from '../../alerts/make.js'
import { textbook } from '../scenarios/kow_signal_straddle.js'

/** From bytes to alerts, as the commands do it. */
function alertsOf(patterns: readonly string[]): readonly Alert[] {
  const instruments = new Map((textbook.instruments ?? []).map((each) => [each.instrument_token, each]))
  const options = new OptionBook(instruments.values(), calendar)
  const alerts: Alert[] = []
  const signals = new Signals({
    patterns: PATTERNS.filter(({ id }) => patterns.includes(id)).map((definition) => active(definition)),
    rules: DEFAULT_ALERT_RULES,
    calendar,
    baseline: textbook.baseline,
    options,
    config_hash: 'c0ffee',
    engine_version: '0.0.0',
    sha256,
    emit: (alert) => alerts.push(alert),
    onFault(fault) {
      throw new Error(fault.message)
    },
  })
  const pipeline = new Pipeline(
    {
      instruments: { resolve: (token) => instruments.get(token) as Instrument },
      calendar,
      clock: 'trade',
      bars: {
        intervals: parseIntervals(PATTERN_INTERVALS),
        auction: 'separate',
        fill: 'skip',
        late: 'drop',
        gap_volume: 'quarantine',
        flow: 'minute',
      },
      files: ['scenario'],
      options,
    },
    {
      onCandle: (candle) => signals.onCandle(candle),
      onMoment: (now_ms) => signals.onMoment(now_ms),
      onSecond: (now_ms) => signals.onSecond?.(now_ms),
      onDiagnostic() {},
    },
  )
  playBytes(pipeline, recordingOfScenario(textbook))
  return alerts
}

test('a sold straddle and everything that is done with its legs, from the bytes of a recording', () => {
  const alerts = alertsOf(['kow_signal_straddle'])
  const [first] = alerts
  expect(alerts.map(({ state, suppress_reason, detection }) => [state, suppress_reason, detection.candidate.action])).toEqual([
    ['emitted', undefined, 'SELL_STRADDLE'],
    ['leg_event', undefined, 'EXIT_CE_LEG'],
    ['leg_event', undefined, 'REENTER_CE_LEG'],
    ['leg_event', undefined, 'EXIT_BOTH'],
    ['target_hit', undefined, 'SELL_STRADDLE'],
    // The next one within the hour is held back.
    ['suppressed', 'cooldown', 'SELL_STRADDLE'],
  ])
  expect(alerts.slice(1, 4).map(({ parent_id }) => parent_id)).toEqual(Array(3).fill(first?.alert_id))
  expect(alerts[4]?.alert_id).toBe(first?.alert_id)
})

describe('what is asked each second', () => {
  /** Notes what it is asked about. */
  const asked: { symbol: string; second_ms: number; now_ms: number }[] = []
  const noting = (facts: Partial<PatternDefinition>): PatternDefinition => ({
    id: 'noting',
    summary: '',
    category: 'custom',
    source: '',
    priority: 0,
    cooldown_min: 0,
    parameters: {},
    create: () => (view: PatternView) => {
      asked.push({ symbol: view.instrument.symbol, second_ms: view.second_ms, now_ms: view.now_ms })
      return undefined
    },
    ...facts,
  })
  const play = (scenario: Parameters<typeof runScenario>[0], facts: Partial<PatternDefinition>) => {
    asked.length = 0
    runScenario(scenario, [active(noting(facts))])
    return asked
  }
  const stock = { shows: '', minutes: calm('09:15', 3, { from: 1000 }) }

  test('knows the second, which no bar has', () => {
    const seconds = play(stock, { cadence: 'second' })
    expect(seconds.length).toBeGreaterThan(60)
    for (const [i, { second_ms, now_ms }] of seconds.entries()) {
      expect(second_ms % 1000).toBe(0)
      expect(second_ms).toBeGreaterThan(now_ms)
      if (i > 0) expect(second_ms - (seconds[i - 1]?.second_ms as number)).toBe(1000)
    }
    for (const { second_ms, now_ms } of play(stock, {})) expect(second_ms).toBe(now_ms)
  })

  test('strategies on options are asked of what leads a chain, and of nothing else', () => {
    const facts = { cadence: 'second', on: 'underlyings', needs: ['option_chain'] } as const
    expect(new Set(play(textbook, facts).map(({ symbol }) => symbol))).toEqual(new Set(['NIFTY 50']))
    expect(play({ ...stock, instruments: [scenarioStock()] }, facts)).toEqual([])
  })
})
