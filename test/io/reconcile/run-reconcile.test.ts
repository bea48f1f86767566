import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { SeriesVerdict } from '../../../src/core/reconcile/index.js'
import { encodeRecord } from '../../../src/core/recording/index.js'
import { masterCsv } from '../../../src/core/synth/index.js'
import { formatIso } from '../../../src/core/time/index.js'
import { encodeMessage, type FullPacket } from '../../../src/core/wire/index.js'
import { type ReconcileWords, type Reconciliation, runReconcile } from '../../../src/io/reconcile/run-reconcile.js'
import { at, full } from '../../support/feed.js'
import { type PlainBar, plainBars, plainTrades } from '../../support/plain-candles.js'
import { packetsOf, type SynthRecord, synthDay } from '../../support/synth-day.js'

/** A whole day, to the end of trading after the close. */
const day = synthDay({ instruments: 12, rate: 8, until_h: 16.1 })
const { listings } = day.universe
const open_s = day.midnight_s + 9.25 * 3600
const close_s = day.midnight_s + 15.5 * 3600
const span = { open_s, close_s }
const listingOf = (symbol: string): number => listings.findIndex(({ instrument }) => instrument.symbol === symbol)
const SHARE = listingOf('RELIANCE')
const shares = listings.flatMap(({ instrument }, n) => (instrument.asset_class === 'equity_cash' ? [n] : []))

const folder = mkdtempSync(join(tmpdir(), 'mds-reconcile-'))
beforeAll(() => {
  writeRecording('whole', day.records)
})
afterAll(() => rmSync(folder, { recursive: true }))

function writeRecording(
  name: string,
  records: readonly Pick<SynthRecord, 'received_ms' | 'bytes'>[],
  master = masterCsv(listings),
): void {
  const place = join(folder, name, 'synth')
  mkdirSync(place, { recursive: true })
  writeFileSync(
    join(place, 'synth_20251006_0900.bin'),
    Buffer.concat(records.map(({ received_ms, bytes }) => encodeRecord(received_ms, bytes))),
  )
  writeFileSync(join(place, 'synth_20251006.instruments.csv'), master)
}

let files = 0
function theirFile(text: string, ending = 'csv'): string {
  const path = join(folder, `theirs-${++files}.${ending}`)
  writeFileSync(path, text)
  return path
}

const rupees = (units: number, listing: number): number => units / (listings[listing]?.instrument.price_divisor ?? 1)

/** As the Python client's candles are saved. */
function csvOf(bars_of: ReadonlyMap<number, readonly PlainBar[]>): string {
  const lines = [...bars_of].flatMap(([listing, bars]) =>
    bars.map(({ start_s, open, high, low, close, volume }) => {
      const prices = [open, high, low, close].map((units) => rupees(units, listing))
      return [formatIso(start_s * 1000).replace('T', ' '), ...prices, volume, listings[listing]?.instrument.symbol].join(',')
    }),
  )
  return `date,open,high,low,close,volume,symbol\n${lines.join('\n')}\n`
}

const notices: string[] = []
function reconcile(recording: string, against: string, more: Partial<ReconcileWords> = {}): Promise<Reconciliation> {
  notices.length = 0
  return runReconcile(
    {
      recordings: { sessions: ['20251006'], data_dir: join(folder, recording), profiles: [] },
      instruments: [],
      calendar: undefined,
      against,
      tf: undefined,
      symbols: [],
      pass: { price_pct: 99, volume_pct: 0.5 },
      output: undefined,
      format: undefined,
      ...more,
    },
    { onNotice: (text) => notices.push(text), onProgress: () => {}, signal: new AbortController().signal },
  )
}

const verdictOf = ({ verdicts }: Reconciliation, listing: number): SeriesVerdict =>
  verdicts.find(
    ({ series }) => series.instrument.instrument_token === listings[listing]?.instrument.instrument_token,
  ) as SeriesVerdict
/** By start in epoch seconds; `exact` ones left out. */
const told = (verdict: SeriesVerdict): Map<number, string> =>
  new Map(
    verdict.bars.flatMap((bar) =>
      bar.class === 'exact' && bar.cause === undefined ? [] : [[bar.open_time_ms / 1000, `${bar.class} ${bar.cause}`]],
    ),
  )
const text = ({ open, high, low, close, volume }: PlainBar): string => JSON.stringify([open, high, low, close, volume])
const differing = (ours: readonly PlainBar[], theirs: readonly PlainBar[]): number[] => {
  const of_ours = new Map(ours.map((bar) => [bar.start_s, text(bar)]))
  return theirs.flatMap((bar) => (of_ours.get(bar.start_s) === text(bar) ? [] : [bar.start_s]))
}

describe('the recording against candles counted out by hand', () => {
  test.each([60, 300, 900])('bars of %i s: nothing differs', async (length_s) => {
    const theirs = new Map(shares.map((listing) => [listing, plainBars(plainTrades(day, listing), { ...span, length_s })]))
    const found = await reconcile('whole', theirFile(csvOf(theirs)))
    expect(found.interval.label).toBe(`${length_s / 60}m`)
    expect(found.verdicts).toHaveLength(shares.length)
    expect(found.readings).toEqual([])
    for (const verdict of found.verdicts) {
      expect(told(verdict)).toEqual(new Map())
      expect(verdict.totals.volume?.difference_pct).toBe(0)
      expect(verdict.totals.conservation?.rest).toBe(0)
      expect(verdict.totals.compared).toBe(theirs.get(shares[found.verdicts.indexOf(verdict)] as number)?.length)
    }
  })

  test.each([
    ['minute_grouping', 'trade', 1, 60],
    ['minute_grouping', 'trade', 1, 300],
    ['exchange_clock', 'exchange', 0, 60],
    ['arrival_clock', 'arrival', 0, 60],
  ] as const)(
    '%s is proven on just the bars that it changes (%s, %i s later, bars of %i s)',
    async (cause, clock, shift_s, length_s) => {
      const ours = new Map(shares.map((listing) => [listing, plainBars(plainTrades(day, listing), { ...span, length_s })]))
      const theirs = new Map(
        shares.map((listing) => [listing, plainBars(plainTrades(day, listing, clock), { ...span, length_s, shift_s })]),
      )
      const found = await reconcile('whole', theirFile(csvOf(theirs)))
      let changed = 0
      for (const listing of shares) {
        const starts = differing(ours.get(listing) ?? [], theirs.get(listing) ?? [])
        changed += starts.length
        expect(told(verdictOf(found, listing))).toEqual(new Map(starts.map((start_s) => [start_s, `boundary_shift ${cause}`])))
      }
      expect(changed).toBeGreaterThan(20)
      expect(found.readings).toContain(cause)
    },
  )
})

describe('what the recording lacks', () => {
  const [from_s, to_s] = [day.midnight_s + 10 * 3600 + 320, day.midnight_s + 10 * 3600 + 460]
  const theirs = new Map([[SHARE, plainBars(plainTrades(day, SHARE), span)]])

  test('a gap is named with its times, on the bars that it cuts', async () => {
    writeRecording(
      'gap',
      day.records.filter(({ received_ms }) => received_ms < from_s * 1000 || received_ms >= to_s * 1000),
    )
    const found = await reconcile('gap', theirFile(csvOf(theirs)))
    const verdict = verdictOf(found, SHARE)
    const [first, ...others] = told(verdict)
    expect(first?.[0]).toBe(day.midnight_s + 10 * 3600 + 300)
    const cut = [...others.map(([start_s]) => start_s), first?.[0] ?? 0]
    expect(cut.every((start_s) => start_s + 60 > from_s && start_s < to_s + 60)).toBe(true)
    expect(new Set(told(verdict).values())).toEqual(new Set(['gap feed_gap']))
    expect(told(verdict).size).toBeGreaterThanOrEqual(3)
    expect(verdict.bars.find((bar) => bar.cause === 'feed_gap')?.note).toMatch(/^10:05:(19|20)-10:07:4\d$/)
    // what the running total told after it is in the sum
    expect(verdict.totals.volume?.difference_pct).toBe(0)
  })

  test('before it began and after it ended', async () => {
    const [begin_ms, end_ms] = [(open_s + 1805) * 1000, (close_s - 1805) * 1000]
    writeRecording(
      'part',
      day.records.filter(({ received_ms }) => received_ms >= begin_ms && received_ms < end_ms),
    )
    const verdict = verdictOf(await reconcile('part', theirFile(csvOf(theirs))), SHARE)
    const says = told(verdict)
    expect(new Set(says.values())).toEqual(new Set(['gap recording_edge']))
    expect([...says.keys()].every((start_s) => start_s < open_s + 1860 || start_s + 120 > close_s - 1805)).toBe(true)
    expect(says.size).toBeGreaterThan(55)
    expect(verdict.totals.only_theirs).toBeGreaterThan(50)
  })

  test('trades told after their bar was final', async () => {
    const tokenOf = (listing: number): number => listings[listing]?.instrument.instrument_token as number
    const packet = (listing: number, clock_s: number, more: Partial<FullPacket>) => ({
      received_ms: clock_s * 1000 + 400 + listing,
      bytes: encodeMessage([
        full({ instrument_token: tokenOf(listing), exchange_timestamp: clock_s, last_price: 140_000, ...more }),
      ]),
    })
    // the other share moves the clock of the exchange; this one trades at :10 and :30
    const other = Array.from({ length: 120 }, (_, n) => packet(SHARE + 1, at('09:14:50') + 5 * n, { volume_traded: 10 * n }))
    const own = Array.from({ length: 16 }, (_, n) =>
      packet(SHARE, at('09:15:10') + 60 * Math.floor(n / 2) + 20 * (n % 2), { volume_traded: 100 * (n + 1) + (n > 9 ? 7 : 0) }),
    )
    const late = packet(SHARE, at('09:20:05'), { volume_traded: 1007, last_price: 140_050, last_trade_time: at('09:19:58') })
    const begin = packet(SHARE, at('09:14:50'), { volume_traded: 0 })
    writeRecording(
      'late',
      [begin, ...other, ...own, late].sort((a, b) => a.received_ms - b.received_ms),
    )
    const plain = Array.from({ length: 8 }, (_, n): PlainBar => {
      const figures = { open: 140_000, high: 140_000, low: 140_000, close: 140_000, volume: 200, trades: [] }
      return { ...figures, start_s: at('09:15:00') + 60 * n }
    })
    const with_late = plain.map((one) =>
      one.start_s === at('09:19:00') ? { ...one, volume: 207, high: 140_050, close: 140_050 } : one,
    )
    const found = await reconcile('late', theirFile(csvOf(new Map([[SHARE, with_late]]))))
    expect(told(verdictOf(found, SHARE))).toEqual(new Map([[at('09:19:00'), 'other late_trades']]))
    expect(found.readings[0]).toBe('late_trades')
  })
})

describe('the opening', () => {
  const auction = plainTrades(day, SHARE).filter(({ at_s, volume }) => at_s < open_s && volume > 0)
  const bars = plainBars(plainTrades(day, SHARE), span)
  const [first, ...rest] = bars as [PlainBar, ...PlainBar[]]
  const against = (bar: PlainBar) => reconcile('whole', theirFile(csvOf(new Map([[SHARE, [bar, ...rest]]]))))

  test('the auction is in their first bar', async () => {
    const volume = auction.reduce((sum, trade) => sum + trade.volume, 0)
    const verdict = verdictOf(await against({ ...first, volume: first.volume + volume }), SHARE)
    expect(told(verdict)).toEqual(new Map([[open_s, 'auction auction_volume']]))
    expect(verdict.totals.volume).toMatchObject({ difference_pct: 0, basis: 'bars_and_auctions' })
  })

  test('the open is what the exchange tells', async () => {
    const packets = day.records.flatMap((record) =>
      record.bytes.length > 1 && record.bytes[0] !== 0x7b ? packetsOf(record) : [],
    )
    const open = packets.findLast(
      (packet) => packet.kind === 'full' && packet.instrument_token === listings[SHARE]?.instrument.instrument_token,
    )
    const price = (open as FullPacket).open
    expect(price).not.toBe(first.open)
    const widened = { ...first, open: price, high: Math.max(first.high, price), low: Math.min(first.low, price) }
    expect(told(verdictOf(await against(widened), SHARE))).toEqual(new Map([[open_s, 'auction open_rewritten']]))
  })
})

describe('end-of-day files', () => {
  interface Row {
    listing: number
    open: number
    high: number
    low: number
    last: number
    close: number
    volume: number
  }
  const rowOf = (listing: number): Row => {
    const facts = day.records
      .flatMap((record) => record.facts)
      .filter((fact) => fact.listing === listing && (fact.exchange_s ?? 0) >= open_s - 900)
    const all = plainTrades(day, listing).filter(({ at_s }) => at_s < close_s)
    const [first] = all.filter(({ volume }) => volume > 0)
    const prices = all.filter(({ at_s, volume }) => at_s >= open_s || volume > 0).map(({ price }) => price)
    return {
      listing,
      open: first?.price ?? 0,
      high: Math.max(...prices),
      low: Math.min(...prices),
      last: all.at(-1)?.price ?? 0,
      close: facts.at(-1)?.price ?? 0,
      volume: facts.at(-1)?.volume ?? 0,
    }
  }
  const HEADER =
    'TradDt,BizDt,Sgmt,Src,FinInstrmTp,FinInstrmId,ISIN,TckrSymb,SctySrs,XpryDt,FininstrmActlXpryDt,StrkPric,OptnTp,FinInstrmNm,OpnPric,HghPric,LwPric,ClsPric,LastPric,PrvsClsgPric,UndrlygPric,SttlmPric,OpnIntrst,ChngInOpnIntrst,TtlTradgVol,TtlTrfVal,TtlNbOfTxsExctd,SsnId,NewBrdLotQty,Rmks,Rsvd1,Rsvd2,Rsvd3,Rsvd4'
  const udiff = (rows: readonly Row[]): string =>
    `${[
      HEADER,
      ...rows.map(({ listing, open, high, low, close, last, volume }) => {
        const { instrument, exchange_token } = listings[listing] as (typeof listings)[0]
        const prices = [open, high, low, close, last].map((units) => rupees(units, listing).toFixed(2))
        const is_cash = instrument.exchange === 'NSE'
        const expiry = instrument.expiry === undefined ? '' : formatIso(instrument.expiry * 86_400_000 - 19_800_000).slice(0, 10)
        const name = is_cash
          ? ['CM', 'NSE', 'STK', exchange_token, '', instrument.symbol, 'EQ', '', '', '', '', instrument.symbol]
          : [
              'FO',
              'NSE',
              instrument.instrument_type === 'FUT' ? 'STF' : 'STO',
              exchange_token,
              '',
              instrument.underlying,
              '',
              expiry,
              expiry,
              instrument.strike?.toFixed(2) ?? '',
              instrument.instrument_type === 'FUT' ? '' : instrument.instrument_type,
              'NAMED OTHERWISE',
            ]
        const lots = is_cash ? 1 : instrument.lot_size
        return [
          '2025-10-06',
          '2025-10-06',
          ...name,
          ...prices,
          '',
          '',
          '',
          '',
          '',
          volume / lots,
          '',
          '',
          'F1',
          lots,
          '',
          '',
          '',
          '',
          '',
        ].join(',')
      }),
    ].join('\n')}\n`
  const contracts = listings.flatMap(({ instrument }, n) => (instrument.exchange === 'NFO' ? [n] : []))

  test('shares and contracts agree to the last unit; contracts are found by what they are', async () => {
    const found = await reconcile('whole', theirFile(udiff([...shares, ...contracts].map(rowOf))))
    expect(found.files[0]?.format).toBe('udiff')
    expect(found.verdicts).toHaveLength(shares.length + contracts.length)
    for (const verdict of found.verdicts) {
      // a share that was traded after the close ends with that, the file's last price is of before
      const says = [...told(verdict).values()].filter((text) => text !== 'exact official_close')
      expect([verdict.series.instrument.symbol, ...says]).toEqual([verdict.series.instrument.symbol])
      expect(verdict.totals.volume).toMatchObject({ difference_pct: 0, basis: 'counter' })
    }
    expect(found.theirs.not_recorded.size).toBe(0)
  })

  const one = async (change: (row: Row) => Partial<Row>, recording = 'whole'): Promise<string | undefined> => {
    const row = rowOf(SHARE)
    const found = await reconcile(recording, theirFile(udiff([{ ...row, ...change(row) }])))
    return [...told(verdictOf(found, SHARE)).values()][0]
  }
  const tick = 10

  test('volume beyond the running total', async () => {
    expect(await one(({ volume }) => ({ volume: volume + 50_000 }))).toMatch(/ block_deal$/)
    expect(await one(({ volume }) => ({ volume: volume - 50_000 }))).toMatch(/ unknown$/)
    expect(await one(({ volume }) => ({ volume: volume + 50_000 }), 'part')).toBe('gap recording_edge')
  })

  test('extremes between snapshots, and of a part that we did not record', async () => {
    expect(await one(({ high }) => ({ high: high + 3 * tick }))).toBe('other missing_extreme')
    expect(await one(({ low }) => ({ low: low - tick }))).toBe('price_1tick missing_extreme')
    expect(await one(({ high }) => ({ high: high - 2 * tick }))).toMatch(/ their_missing_extreme$/)
    expect(await one(({ high }) => ({ high: high + 3 * tick }), 'part')).toBe('gap recording_edge')
  })

  test('another open, the official close', async () => {
    const first = plainBars(plainTrades(day, SHARE), span)[0] as PlainBar
    expect(await one(() => ({ open: first.open }))).toMatch(/ open_rewritten$/)
    expect(await one(({ open }) => ({ open: open + 3 * tick }))).toBe('other unknown')
    // a broker's day has the closing price for its close
    const row = rowOf(SHARE)
    expect(row.close).not.toBe(row.last)
    const daily = `date,open,high,low,close,volume\n2025-10-06 00:00:00+05:30,${[row.open, row.high, row.low, row.close].map((units) => rupees(units, SHARE)).join(',')},${row.volume}\n`
    const found = await reconcile('whole', theirFile(daily), { symbols: ['RELIANCE'] })
    expect([...told(verdictOf(found, SHARE)).values()]).toEqual(['exact official_close'])
    expect(verdictOf(found, SHARE).totals).toMatchObject({ liquid: 1, liquid_within_tick: 1 })
  })

  test('the older forms of NSE', async () => {
    const { open, high, low, last, close, volume } = rowOf(SHARE)
    const price = (units: number): string => rupees(units, SHARE).toFixed(2)
    const full_form = ` SYMBOL, SERIES, DATE1, PREV_CLOSE, OPEN_PRICE, HIGH_PRICE, LOW_PRICE, LAST_PRICE, CLOSE_PRICE, AVG_PRICE, TTL_TRD_QNTY, TURNOVER_LACS, NO_OF_TRADES, DELIV_QTY, DELIV_PER
RELIANCE, EQ, 06-Oct-2025, 1, ${price(open)}, ${price(high)}, ${price(low)}, ${price(last)}, ${price(close)}, 1, ${volume}, 1, 1, -, -
RELIANCE, BL, 06-Oct-2025, 1, 1, 1, 1, 1, 1, 1, 1000, 1, 1, -, -
GOLDX, GB, 06-Oct-2025, 1, 1, 1, 1, 1, 1, 1, 10, 1, 1, -, -
`
    const old_form = `SYMBOL,SERIES,OPEN,HIGH,LOW,CLOSE,LAST,PREVCLOSE,TOTTRDQTY,TOTTRDVAL,TIMESTAMP,TOTALTRADES,ISIN,
RELIANCE,EQ,${price(open)},${price(high)},${price(low)},${price(close)},${price(last)},1,${volume},1,06-OCT-2025,1,INE002A01018,
`
    for (const [format, content] of [
      ['sec_bhavdata_full', full_form],
      ['cm_bhav', old_form],
    ] as const) {
      const found = await reconcile('whole', theirFile(content))
      expect(found.files[0]?.format).toBe(format)
      expect(found.verdicts.map((verdict) => [...told(verdict)])).toEqual([[]])
      expect(found.verdicts[0]?.totals.volume?.difference_pct).toBe(0)
    }
    const with_bond = await reconcile('whole', theirFile(full_form))
    expect([...with_bond.theirs.not_recorded]).toEqual([['NSE:GOLDX-GB', 1]])
    expect(notices).toContainEqual(expect.stringContaining('1 rows block deals left out'))
  })
})
