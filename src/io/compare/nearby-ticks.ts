import type { FieldDifference, RowDifference } from '../../core/compare/index.js'
import { DecodeStage } from '../../core/engine/index.js'
import { istDay, MINUTE_MS } from '../../core/time/index.js'
import * as kite from '../../core/wire/index.js'
import { findRecordings, type SessionFiles } from '../find-recordings.js'
import { readSession } from '../read-session.js'
import type { RunListener, SessionRequest } from '../run-sessions.js'
import { sessionInstruments } from '../session-instruments.js'

/** A packet as it was received. Prices in rupees, as printed elsewhere. */
export interface NearbyTick {
  readonly received_at_ms: number
  /** Undefined where the packet has none. */
  readonly exchange_timestamp_ms: number | undefined
  readonly last_price: number
  readonly volume_traded: number | undefined
}

/** What was recorded of an instrument around a difference. */
export interface NearbyTicks {
  readonly files: readonly string[]
  /** Packets of the stretch ahead of those shown, and behind them. */
  readonly before: number
  readonly ticks: readonly NearbyTick[]
  readonly after: number
}

const SHOWN = 12
/** Of those shown: ahead of the packet that matters. */
const SHOWN_BEFORE = 8
/** Packets come a second or two after their exchange time. */
const EARLIER_MS = 2000
const LATER_MS = 3000

/** Reads the recording again for the instrument and the stretch of a difference. Undefined when that can't be: a pipe, or a day that is not there. */
export async function nearbyTicks(
  { place, fields }: RowDifference,
  request: SessionRequest,
  run: Pick<RunListener, 'signal'>,
): Promise<NearbyTicks | undefined> {
  if (request.recordings.sessions.includes('-')) return undefined
  const [from_ms, to_ms] = place.alert_id === undefined ? [place.time_ms, place.end_ms] : [place.end_ms - MINUTE_MS, place.end_ms]
  const day = istDay(from_ms)
  const { sessions } = findRecordings(request.recordings)
  const session = sessions.find((one) => one.day === day) ?? sessions.find((one) => one.day === undefined)
  if (session === undefined) return undefined
  const ticks = await ticksOf(session, request, {
    symbol: place.symbol,
    exchange: place.exchange,
    from_ms: from_ms - EARLIER_MS,
    to_ms: Math.max(to_ms, from_ms + 1000) + LATER_MS,
    signal: run.signal,
  })
  const centre = centreOf(ticks, { field: fields[0], from_ms, to_ms })
  const first = Math.max(0, Math.min(centre - SHOWN_BEFORE, ticks.length - SHOWN))
  const shown = ticks.slice(first, first + SHOWN)
  return {
    files: session.files.map(({ path }) => path),
    before: first,
    ticks: shown,
    after: ticks.length - first - shown.length,
  }
}

interface Stretch {
  readonly symbol: string | undefined
  readonly exchange: string | undefined
  readonly from_ms: number
  readonly to_ms: number
  readonly signal: AbortSignal
}

async function ticksOf(session: SessionFiles, request: SessionRequest, stretch: Stretch): Promise<NearbyTick[]> {
  const { table } = await sessionInstruments(session, request.instruments)
  const { symbol, exchange, from_ms, to_ms, signal } = stretch
  const ticks: NearbyTick[] = []
  const stage: DecodeStage = new DecodeStage(
    {
      instruments: table,
      files: session.files.map(({ path }) => path),
      isWanted: (instrument) => instrument.symbol === symbol && instrument.exchange === exchange,
      windowOf: () => ({ from_ms, to_ms }),
      limit: Number.POSITIVE_INFINITY,
    },
    {
      onTick: (view, at, length, received_at_ms, _, index) => {
        const divisor = stage.instruments[index]?.price_divisor ?? 1
        ticks.push({
          received_at_ms,
          exchange_timestamp_ms: exchangeMs(view, at, length),
          last_price: kite.readLastPrice(view, at) / divisor,
          volume_traded: length >= kite.QUOTE_BYTES ? kite.readVolume(view, at) : undefined,
        })
      },
      onDiagnostic: () => {}, // the run has told of them
    },
  )
  const gate = { until_ms: to_ms, pass: (next_ms: number | undefined) => next_ms === undefined }
  await readSession(session, stage, { onDiagnostic: () => {}, signal, gate })
  return ticks
}

function exchangeMs(view: DataView, at: number, length: kite.PacketBytes): number | undefined {
  const exchange_s =
    length === kite.FULL_BYTES
      ? kite.readExchangeTime(view, at)
      : length === kite.INDEX_FULL_BYTES
        ? kite.readIndexExchangeTime(view, at)
        : 0
  return exchange_s === 0 ? undefined : exchange_s * 1000
}

/** The packet that matters: at the begin for an open, the extreme for a high or low, else the last one. */
function centreOf(
  ticks: readonly NearbyTick[],
  { field, from_ms, to_ms }: { field: FieldDifference | undefined; from_ms: number; to_ms: number },
): number {
  const timeOf = ({ exchange_timestamp_ms, received_at_ms }: NearbyTick): number => exchange_timestamp_ms ?? received_at_ms
  const last = ticks.findLastIndex((tick) => timeOf(tick) < to_ms)
  if (field?.field === 'open') return ticks.findIndex((tick) => timeOf(tick) >= from_ms)
  if (field?.field !== 'high' && field?.field !== 'low') return last
  const sides = [Number(field.found), Number(field.expected)].filter(Number.isFinite)
  const places = sides.map((price) => ticks.findIndex((tick) => tick.last_price === price && timeOf(tick) >= from_ms))
  return places.find((place) => place >= 0) ?? last
}
