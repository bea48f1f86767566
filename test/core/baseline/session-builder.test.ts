import { expect, test } from 'vitest'
import { decodeFigures, encodeFigures } from '../../../src/core/baseline/index.js'
import { SessionBuilder } from '../../../src/core/baseline/session-builder.js'
import { dayNumber, stubCalendar } from '../../support/stub-calendar.js'
import { candle, flow } from '../indicators/candles.js'
import { instrument } from '../market/instruments.js'

test('a value area before the first trade is 0 wide, and the session comes back from its line', () => {
  const day = dayNumber(2025, 10, 6)
  const builder = new SessionBuilder(instrument(), stubCalendar.sessionOf(instrument(), day))
  const quiet = flow({ previous_close: 100_000 })
  for (const minute of [0, 16]) builder.onCandle(candle({ minute, close: 100_000, volume: 0, flow: quiet }))
  const traded = flow({ previous_close: 100_000, prices: [100_000, 100_050], volumes: [10, 10] })
  builder.onCandle(candle({ minute: 20, close: 100_050, volume: 20, flow: traded }))
  const figures = builder.build({ covers: () => true, has_volume: true, exchange_day: undefined, expiry_day: false })
  expect(figures.va_widths.slice(0, 3)).toEqual([0, 50, 50])
  expect(decodeFigures(encodeFigures(figures))).toEqual(figures)
})
