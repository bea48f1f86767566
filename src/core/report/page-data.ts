import { parseIso } from '../time/index.js'
import type { AlertReport, DayReport, InstrumentReport, ProfileReport } from './day-report.js'
import { tickOf } from './instrument-day.js'
import { packBars } from './packed-bars.js'
import { packNumbers } from './packed-numbers.js'
import type { SpanS } from './silence.js'

/** What the script of the page draws: `data-charts`. */
export interface ChartsData {
  readonly interval: string
  /** From the first record of the recording to the last. */
  readonly span: SpanS
  readonly symbols: readonly ChartData[]
}

/** One instrument. Prices in feed units of `divisor`. */
export interface ChartData {
  readonly name: string
  readonly symbol: string
  readonly exchange: string
  /** Company or underlying; may be empty. */
  readonly title: string
  readonly divisor: number
  /** Price step. */
  readonly step: number
  /** `unpackBars` */
  readonly bars: string
  readonly profile: (Omit<ProfileReport, 'volumes'> & { readonly volumes: string }) | undefined
  readonly previous_close: number
  readonly silences: readonly SpanS[]
  readonly hours: readonly SpanS[]
  readonly alerts: readonly AlertReport[]
}

/** `data-feed`: messages by second. */
export interface FeedData {
  readonly start_s: number
  /** `unpackNumbers` */
  readonly messages: string
  readonly gaps: readonly SpanS[]
}

/** The charts of a day. */
export const chartsData = ({ interval, instruments, facts }: DayReport): ChartsData => ({
  interval,
  span: spanOf(facts.span.first, facts.span.last),
  symbols: instruments.map(chartData),
})

/** The line of messages of a day, and what is missing in it. */
export const feedData = ({ feed, facts }: DayReport): FeedData => ({
  start_s: feed.start_s,
  messages: packNumbers(feed.messages),
  gaps: facts.gaps.map(({ from, to }) => spanOf(from, to)),
})

const spanOf = (from: string, to: string): SpanS => ({ from_s: (parseIso(from) ?? 0) / 1000, to_s: (parseIso(to) ?? 0) / 1000 })

function chartData(report: InstrumentReport): ChartData {
  const { instrument, profile } = report
  return {
    name: report.name,
    symbol: instrument.symbol,
    exchange: instrument.exchange,
    title: instrument.name,
    divisor: instrument.price_divisor,
    step: tickOf(instrument),
    bars: packBars(report.bars, tickOf(instrument)),
    profile: profile === undefined ? undefined : { ...profile, volumes: packNumbers(profile.volumes) },
    previous_close: report.previous_close,
    silences: report.silences,
    hours: report.hours,
    alerts: report.alerts,
  }
}
