import { describe, expect, test } from 'vitest'
import { Random } from '../../../src/core/random.js'
import { MINUTE_MS } from '../../../src/core/time/index.js'
import type { JudgedAlert, Outcome } from '../../../src/core/worth/index.js'
import { alertOf, CLOSE_MS, OPEN_MS, outcomesOf, RULES, randomTicks, type Tick } from './make.js'
import { type ReferenceOutcome, referenceOutcome } from './reference.js'

const SEEDS = Array.from({ length: 14 }, (_, seed) => seed)

describe('outcomes', () => {
  test('are those that a search through the whole day gives, alert by alert', () => {
    const seen = new Map<string, number>()
    for (const seed of SEEDS) {
      const { ticks, alerts } = randomDay(seed)
      const outcomes = outcomesOf(ticks, alerts)
      for (const [n, alert] of alerts.entries()) {
        const found = plain(outcomes[n] as Outcome)
        expect(found, `seed ${seed}, alert ${n}`).toEqual(rounded(referenceOutcome(ticks, alert, RULES)))
        for (const kind of kindsOf(outcomes[n] as Outcome)) seen.set(kind, (seen.get(kind) ?? 0) + 1)
      }
    }
    // A test that never meets a kind does not test it.
    for (const kind of KINDS) expect(seen.get(kind) ?? 0, kind).toBeGreaterThan(1)
  })

  test('once complete, never change by what comes later', () => {
    for (const seed of SEEDS.slice(0, 12)) {
      const { ticks, alerts } = randomDay(seed)
      const whole = outcomesOf(ticks, alerts)
      for (let cut = 1; cut < ticks.length; cut += 1 + Math.floor(ticks.length / 40)) {
        const early = outcomesOf(ticks.slice(0, cut), alerts)
        for (const [n, outcome] of early.entries())
          expectKept(outcome, whole[n] as Outcome, `seed ${seed}, cut ${cut}, alert ${n}`)
      }
    }
  })

  test('do not depend on the order or the number of the other alerts', () => {
    const { ticks, alerts } = randomDay(5)
    const together = outcomesOf(ticks, alerts)
    const backwards = [...outcomesOf(ticks, [...alerts].reverse())].reverse()
    expect(backwards).toEqual(together)
    for (const [n, alert] of alerts.entries()) expect(outcomesOf(ticks, [alert])).toEqual([together[n]])
  })

  test('of a mirrored day and mirrored alerts are the same', () => {
    const { ticks, alerts } = randomDay(8)
    const sum = 200_000
    const mirrored = ticks.map((tick): Tick => {
      const { price, bid, ask } = tick
      return {
        ...tick,
        price: sum - price,
        ...(bid === undefined || ask === undefined ? {} : { bid: sum - ask, ask: sum - bid }),
      }
    })
    const turned = alerts.map((alert): JudgedAlert => {
      const { direction, stop, target } = alert
      return {
        ...alert,
        direction: direction === 'BUY' ? 'SELL' : direction === 'SELL' ? 'BUY' : direction,
        stop: sum - stop,
        target: sum - target,
      }
    })
    const labels = (outcomes: readonly Outcome[]): unknown[] =>
      outcomes.map(({ not_judged, barrier, no_label }) => [
        not_judged,
        no_label,
        barrier?.label,
        barrier?.exit_ms,
        round(barrier?.r),
      ])
    expect(labels(outcomesOf(mirrored, turned))).toEqual(labels(outcomesOf(ticks, alerts)))
  })
})

const KINDS = [
  'unfilled',
  'no_direction',
  'outside_hours',
  'recording_ends',
  'before_recording',
  'fallback',
  'label 1',
  'label -1',
  'label 0',
  'no_stop',
  'no_target',
  'entry_beyond_stop',
  'entry_beyond_target',
  'expired_before_entry',
  'truncated',
  'no_data',
  'no_window',
]

function kindsOf({ not_judged, entry, barrier, no_label, windows }: Outcome): string[] {
  return [
    not_judged ?? [],
    entry?.is_fallback === true ? 'fallback' : [],
    barrier === undefined ? [] : `label ${barrier.label}`,
    no_label ?? [],
    windows.some(({ is_truncated }) => is_truncated) ? 'truncated' : [],
    windows.flatMap(({ missing }) => missing ?? []),
  ].flat()
}

function randomDay(seed: number): { ticks: Tick[]; alerts: JudgedAlert[] } {
  const random = new Random(seed, 'outcomes')
  const from_ms = random.unit() < 0.3 ? OPEN_MS + random.below(40 * MINUTE_MS) : OPEN_MS - 60_000
  const to_ms = random.unit() < 0.5 ? CLOSE_MS + 5000 : OPEN_MS + random.below(CLOSE_MS - OPEN_MS)
  const ticks = randomTicks(random, { from_ms, to_ms, mean_ms: 4000 })
  const alerts = Array.from({ length: 40 }, (_, n): JudgedAlert => {
    const emitted_at_ms = OPEN_MS - 20 * MINUTE_MS + random.below(CLOSE_MS - OPEN_MS + 25 * MINUTE_MS)
    const near = ticks.findLast(({ at_ms }) => at_ms <= emitted_at_ms)?.price ?? 100_000
    const direction = (['BUY', 'SELL', 'BUY', 'SELL', 'BUY', 'SELL', 'NEUTRAL'] as const)[random.below(7)] ?? 'BUY'
    const d = direction === 'BUY' ? 1 : -1
    const distance = (): number => 5 * (random.below(200) - 8)
    return alertOf({
      alert_id: `a${n}`,
      direction,
      emitted_at_ms,
      stop: random.unit() < 0.05 ? Number.NaN : near - d * distance(),
      target: random.unit() < 0.05 ? Number.NaN : near + d * distance(),
      expires_at_ms:
        random.unit() < 0.5 ? Number.NaN : emitted_at_ms + random.below(60 * MINUTE_MS) * (random.unit() < 0.15 ? 0 : 1),
    })
  })
  return { ticks, alerts }
}

/** What of an outcome is known at the cut must stay as it is. */
function expectKept(early: Outcome, late: Outcome, what: string): void {
  if (early.not_judged === 'recording_ends' || early.not_judged === 'before_recording' || early.not_judged === 'not_recorded')
    return
  expect([early.not_judged, early.entry], what).toEqual([late.not_judged, late.entry])
  for (const [n, window] of early.windows.entries())
    if (window.missing !== 'recording_ends') expect(window, what).toEqual(late.windows[n])
  if (early.no_label !== 'recording_ends') expect([early.no_label, early.barrier], what).toEqual([late.no_label, late.barrier])
}

const round = (value: number | undefined): number | undefined =>
  value === undefined || Number.isNaN(value) ? value : Number(value.toPrecision(9)) + 0

function plain({ not_judged, entry, windows, barrier, no_label }: Outcome): unknown {
  return rounded({
    ...(not_judged === undefined ? {} : { not_judged }),
    ...(entry === undefined ? {} : { entry }),
    windows: windows.map(({ horizon, missing, is_truncated, return_pct, r, mfe_pct, mae_pct }) => ({
      horizon,
      ...(missing === undefined ? {} : { missing }),
      is_truncated,
      return_pct,
      r,
      mfe_pct,
      mae_pct,
    })),
    ...(barrier === undefined
      ? {}
      : {
          barrier: { label: barrier.label, exit_ms: barrier.exit_ms, return_pct: barrier.return_pct, r: barrier.r },
        }),
    ...(no_label === undefined ? {} : { no_label }),
  })
}

function rounded(outcome: ReferenceOutcome): unknown {
  const text = JSON.stringify(outcome, (_, value: unknown) =>
    typeof value === 'number' ? (Number.isNaN(value) ? 'NaN' : round(value)) : value,
  )
  return JSON.parse(text)
}
