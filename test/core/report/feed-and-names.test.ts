import { expect, test } from 'vitest'
import { FeedRate } from '../../../src/core/report/feed-rate.js'
import { uniqueNames } from '../../../src/core/report/instrument-names.js'
import { instrument } from '../market/instruments.js'

const NINE_MS = 1_759_721_400_000

test('messages are counted by second of receipt, also where time steps back', () => {
  const rate = new FeedRate()
  for (const after_ms of [0, 999, 1000, 3500, 2000, -500]) rate.onMessage(NINE_MS + after_ms)
  rate.onMessage(NINE_MS + 400 * 86_400_000)
  expect(rate.seconds()).toEqual({ start_s: NINE_MS / 1000 - 1, messages: [1, 2, 1, 1, 1], left_out: 1 })
  expect(new FeedRate().seconds()).toEqual({ start_s: 0, messages: [], left_out: 0 })
})

test('a name is as short as it can be and belongs to one', () => {
  const list = [
    instrument({ instrument_token: 1, exchange: 'NSE', symbol: 'INFY' }),
    instrument({ instrument_token: 2, exchange: 'NSE', symbol: 'RELIANCE' }),
    instrument({ instrument_token: 3, exchange: 'BSE', symbol: 'RELIANCE' }),
    instrument({ instrument_token: 4, exchange: 'NFO', symbol: 'TWICE' }),
    instrument({ instrument_token: 5, exchange: 'NFO', symbol: 'TWICE' }),
  ]
  const names = uniqueNames(list)
  expect(list.map((each) => names.get(each))).toEqual(['INFY', 'NSE:RELIANCE', 'BSE:RELIANCE', 'token:4', 'token:5'])
})
