import { describe, expect, test } from 'vitest'
import { type AskedStep, PATTERNS, type PatternDefinition, Witness } from '../../../src/core/patterns/index.js'
import { decides, type Way, type Ways, waysOf } from '../../../src/core/why/index.js'
import type { KnockOut } from '../../support/knock-out.js'
import { mirrored, type ViewFacts, viewOf } from '../../support/pattern-view.js'
import { active } from '../../support/scenario.js'

const MODULES = import.meta.glob<{ cases: readonly KnockOut[] }>('../patterns/knock-outs/*.ts', { eager: true })
const patternOf = (id: string): PatternDefinition => PATTERNS.find((pattern) => pattern.id === id) as PatternDefinition

/**
 * For each condition that a knock-out takes away (test/core/patterns/knock-outs) the step that is to be the first unmet one. `a/b`: b is the part of
 * a that is not met. Without a step: the thing itself is not asked about.
 */
const STEPS: Readonly<Record<string, Readonly<Record<string, string | undefined>>>> = {
  breakout: {
    'the first close': 'confirmed_by/two_closes',
    'the second close': 'beyond_atr',
    'a level not broken before': 'level_broken_now',
    'the first two closes, no later ones': 'level_broken_now',
    'a tick at least': 'confirmed_by/two_closes',
    volume: 'rv',
    'volume, in a nervous market': 'rv',
    'room up to overbought': 'rsi',
    'a break in this session': 'confirmed_by/bars_since_break',
    'a level': 'level_broken_now',
    'a known ATR': 'atr_known',
    'an ATR above 0': 'atr_known',
    'coming back near enough': 'confirmed_by/retest_atr',
    'coming back not too deep': 'confirmed_by/retest_atr',
    'a close in the direction': 'confirmed_by/close_in_direction',
    'a close beyond': 'beyond_atr',
    'no close between that falls back': 'confirmed_by/bars_since_break',
    'six bars since the break': 'confirmed_by/bars_since_break',
    'a previous day': 'level_broken_now',
    'a high older than 15 minutes': undefined,
    'a high beyond the opening range': undefined,
    'the second touch': 'touches',
    'a second touch of the same kind': 'touches',
    'being the furthest of its kind': 'touches',
  },
  hidden_accumulation: {
    '60 bars': 'bars',
    '60 bars of this session': 'bars',
    'a close where it was': 'move_atr_30m',
    'a narrow range': 'range_usual',
    'a known usual range': 'range_usual',
    'a known ATR of 15 minutes': 'move_atr_30m',
    volume: 'rv_mean',
    'volume that is not striking': 'rv_mean',
    buying: 'cvd_share',
    bids: 'obi5_mean',
    'RSI not low': 'rsi',
    'RSI not high': 'rsi',
    'open interest at the beginning': 'oi_rise_pct',
    'open interest that rises': 'oi_rise_pct',
  },
  momentum_engine: {
    'price above VWAP': 'beyond_vwap_pct',
    'nearness to the high': 'extreme_pct',
    volume: 'rv',
    'volume, in a nervous market': 'rv',
    'a volume to compare with': 'rv',
    'a bar that did not fall': 'body_pct',
    '09:30': 'session_minutes',
  },
  reversal: {
    volume: 'rv',
    'volume, in a nervous market': 'rv',
    'length of the leg': 'leg_atr',
    'a leg within 15 bars': 'leg_atr',
    'a leg of this session': 'leg_atr',
    'an end in the last three bars': 'bars_since_extreme',
    'a new extreme': 'new_extreme/beyond_bars_atr',
    oversold: 'rsi_extreme',
    'oversold, in a nervous market': 'rsi_extreme',
    'oversold within five bars': 'rsi_extreme',
    'a close near the end': 'shape/clv',
    'a close beyond the bar before': 'shape/close_beyond',
    'a contrary body before': 'shape/engulfing',
    'an open beyond the close before': 'shape/engulfing',
    'a close beyond the open before': 'shape/engulfing',
    'a larger body': 'shape/engulfing',
    'two deviations': 'new_extreme/vwap_sigmas',
    'a deviation above 0': 'new_extreme/vwap_sigmas',
    'a new low': 'new_extreme/beyond_bars_atr',
  },
  upside_momentum: {
    'move in percent': 'move_pct',
    'move in percent, in a nervous market': 'move_pct',
    'move in ATR': 'move_pct',
    'price beyond VWAP': 'beyond_vwap_pct',
    'fast average beyond the slow one': 'ema_spread_pct',
    'fast average that rises': 'ema9_rise_pct',
    'slow average that rises': 'ema21_rise_pct',
    volume: 'rv_5m',
    'volume of the five minutes, not of one': 'rv_5m',
    'volume, in a nervous market': 'rv_5m',
    strength: 'rsi',
    'room up to overbought': 'rsi',
    'room up to overbought, in a calm market': 'rsi',
    'a known ATR': 'move_pct',
    'five bars of this session': 'move_pct',
  },
  volume_breakout: {
    persistence: 'closes_beyond/one_close_atr',
    'a level that nothing passed': 'closes_beyond/one_close_atr',
    'the oldest bar of the level': 'closes_beyond/one_close_atr',
    'move in percent': 'move_pct',
    volume: 'rv_5m',
    'volume, in a nervous market': 'rv_5m',
    'volume of the five minutes, not of one': 'rv_5m',
    'a bar of five minutes that closes now': 'new_bar_5m',
    'a bar before it in this session': 'move_pct',
    '20 bars': 'closes_beyond/one_close_atr',
    'a known ATR': 'closes_beyond/one_close_atr',
    'the first close': 'closes_beyond/close_before_atr',
    'distance from the level': 'beyond_atr',
  },
  volume_price_divergence: {
    'a swing beyond the first': 'swing_atr',
    'a delta that does not follow': 'flow_change',
    'a leg on less volume': 'leg_volume',
    'a swing confirmed by this bar': 'swing_confirmed_now',
    'a first swing': 'first_swing',
    'a swing that is confirmed': 'swing_confirmed_now',
    '40 bars': 'bars',
    'legs of this session': 'legs_recent',
    'legs within 40 bars': 'legs_recent',
    'a known volume of the legs': 'leg_volume',
    'an OBV that does not follow': 'flow_change',
    effort: 'rv',
    'effort, in a nervous market': 'rv',
    'no result': 'move_atr',
    'the edge': 'from_edge_share',
    'the edge of 20 bars': 'from_edge_share',
    'move in percent': 'move_pct',
    'move in percent, in a nervous market': 'move_pct',
    'weak volume': 'rv_5m',
    'weak volume of all five minutes': 'rv_5m',
    'five bars of this session': 'move_pct',
  },
  volume_spike: {
    'volume of the bar': 'rv',
    'volume of the bar, in a nervous market': 'rv',
    'volume of three minutes': 'rv3',
    'move in percent': 'move_pct',
    'move in ATR': 'move_pct',
    'a known volume': 'rv',
    'a known ATR': 'move_pct',
  },
}
/** The same condition takes away something else in another way of triggering. */
const STEPS_OF: Readonly<Record<string, string>> = {
  'breakout, a swing touched twice, both closes': 'confirmed_by/two_closes',
  'breakout, the high of the session, both closes': 'beyond_atr',
  'volume_price_divergence, divergence, a known ATR': 'swing_atr',
  'volume_price_divergence, effort without result, a known ATR': 'move_atr',
}

const rows = Object.entries(MODULES).flatMap(([path, { cases }]) => {
  const id = path.replace(/^.*\/(\w+)\.ts$/, '$1')
  return cases.flatMap((each) => each.breaks.map(([condition, broken]) => [id, each.name, condition, { each, broken }] as const))
})

test('there is a step for each condition, and a condition for each step', () => {
  for (const [id, name, condition] of rows)
    expect(STEPS_OF[`${id}, ${name}, ${condition}`] !== undefined || condition in (STEPS[id] ?? {}), `${id}: ${condition}`).toBe(
      true,
    )
  for (const [id, steps] of Object.entries(STEPS))
    for (const condition of Object.keys(steps))
      expect(
        rows.some((row) => row[0] === id && row[2] === condition),
        `${id}: ${condition}`,
      ).toBe(true)
})

describe.each(rows)('%s, %s: without %s', (id, name, condition, { each, broken }) => {
  const { sound, parameters, mirror = id } = each
  const asked = (pattern: string, facts: ViewFacts): Ways => {
    const definition = patternOf(pattern)
    const witness = new Witness(false)
    definition.create(active(definition, parameters).parameters)({ ...viewOf(facts), ask: witness })
    return waysOf(witness.asked)
  }
  const wanted = STEPS_OF[`${id}, ${name}, ${condition}`] ?? STEPS[id]?.[condition]
  const check = (pattern: string, turn: (facts: ViewFacts) => ViewFacts): void => {
    const claimed = asked(pattern, turn(sound))
    const own = claimed.ways.find(isMet)
    expect(isMet({ steps: claimed.common }) && (own !== undefined || claimed.ways.length === 0)).toBe(true)
    const { common, ways } = asked(pattern, turn(broken))
    const alike = ways.filter((way) => own === undefined || isAlike(way, own))
    const firsts = alike.length === 0 ? [firstOf(common)] : alike.map(({ steps }) => firstOf([...common, ...steps]))
    if (wanted === undefined) {
      expect(alike.map(({ about }) => about)).not.toContain(own?.about)
      return
    }
    const [step, part] = wanted.split('/')
    const is_first = firsts.some(([first, ...parts]) => first === step && (part === undefined || parts.includes(part)))
    expect(is_first, `${wanted} among ${JSON.stringify(firsts)}`).toBe(true)
  }

  test('that is the first step which is not met', () => check(id, (facts) => facts))
  if (mirror !== false) test('on the other side too', () => check(mirror, mirrored))
})

const isMet = ({ steps }: Pick<Way, 'steps'>): boolean => steps.every((step) => step.is_met || !decides(step))

/** Of the same side and thing; a side that came to nothing names none. */
const isAlike = (way: Way, own: Way): boolean => way.side === own.side && (way.about === undefined || way.about === own.about)

/** The name of the first step that is not met, and those of its parts that are not. */
function firstOf(steps: readonly AskedStep[]): string[] {
  const first = steps.find((step) => decides(step) && !step.is_met)
  if (first === undefined) return []
  return [first.name, ...steps.filter(({ part_of, is_met }) => part_of === first.name && !is_met).map(({ name }) => name)]
}
