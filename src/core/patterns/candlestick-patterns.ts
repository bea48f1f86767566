import { CANDLESTICKS, type CandlestickDefinition, CandlestickReader } from '../candlesticks/index.js'
import type { Direction, PatternDefinition } from './pattern.js'

const PRIORITY = 30
const COOLDOWN_MIN = 30

/**
 * The candlestick patterns of TA-Lib on bars of 5 minutes. Nobody has published how much one of them is worth, so the score is 0: each has the
 * confidence of a bare trigger, 0.60, and passes a gate only if the user lowers it. That is why they run only when asked for.
 */
export const CANDLESTICK_PATTERNS: readonly PatternDefinition[] = CANDLESTICKS.map(patternOf)

function patternOf(definition: CandlestickDefinition): PatternDefinition {
  return {
    id: definition.id,
    summary: definition.summary,
    category: 'candlestick',
    source: `TA-Lib ${definition.talib}`,
    priority: PRIORITY,
    cooldown_min: COOLDOWN_MIN,
    parameters: {},
    optional: true,
    create: () => {
      const reader = new CandlestickReader([definition])
      let read = 0
      return ({ ask, m5, now_ms }) => {
        if (!ask.is('new_bar_5m', m5.count !== read)) return undefined
        let seen = 0
        // Bars of earlier sessions come all at once.
        for (let ago = m5.count - read - 1; ago >= 0; ago--) {
          seen = reader.update(m5.open(ago), m5.high(ago), m5.low(ago), m5.close(ago))[0] as number
        }
        read = m5.count
        if (!ask.is('reported', seen !== 0 && !Number.isNaN(seen))) return undefined
        return {
          direction: directionOf(definition, seen),
          score: 0,
          bar_start_ms: m5.start(0),
          level: m5.close(0),
          invalidation: seen > 0 ? m5.low(0) : m5.high(0),
          evidence: { reported: seen, bars: definition.candles, known_at_ms: now_ms },
        }
      }
    },
  }
}

/** The colour of a candle is no forecast. */
function directionOf({ sign }: CandlestickDefinition, seen: number): Direction {
  if (sign !== 'direction') return 'NEUTRAL'
  return seen > 0 ? 'BUY' : 'SELL'
}
