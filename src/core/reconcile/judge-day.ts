import { type BarPair, isInside, type OwnDay, sameFigures, type TheirBar } from './bars.js'
import type { BarCause, BarClass, Finding } from './causes.js'
import { gapFinding } from './gap.js'
import type { BarContext } from './judge-bar.js'
import { sizeClass } from './size.js'

/** What one part of the figures tells; `class` where the cause decides it. */
interface Part {
  readonly cause: BarCause
  readonly class?: BarClass
  readonly note?: string
}

/** The bar of a day. Its parts have causes of their own: the weightiest is the bar's, the others stand in the note. */
export function judgeDay(pair: BarPair, day: OwnDay | undefined, context: BarContext): Finding {
  const { their } = pair
  if (their === undefined) return { class: 'other', cause: 'their_missing_bar' }
  if (day === undefined) return { class: 'other', cause: 'unknown', note: 'we have no trade on this day' }
  if (sameFigures(day, their)) return officialDiffers(day, their) ?? { class: 'exact', cause: undefined }
  const parts = [volumePart(day, their, context), ...pricePart(pair, day, their, context)].filter((part) => part !== undefined)
  const unknown = parts.find(({ cause }) => cause === 'unknown')
  const [main] = unknown === undefined ? parts : [unknown]
  if (main === undefined) return { class: 'exact', cause: undefined }
  const others = parts
    .filter((part) => part !== main)
    .map(({ cause, note }) => (note === undefined ? cause : `${cause} (${note})`))
  const note = [main.note, ...others].filter((text) => text !== undefined).join('; ')
  const is_close_alone = parts.every(({ cause }) => cause === 'official_close')
  return {
    class: is_close_alone ? 'exact' : (main.class ?? sizeClass(day, their, context.tick)),
    cause: main.cause,
    ...(note === '' ? {} : { note }),
  }
}

/** The running total of the exchange at the end, as far as we heard it. */
export const counterOf = ({ volume, missed_volume, correction }: OwnDay): number => (volume ?? 0) + missed_volume - correction

function volumePart(day: OwnDay, their: TheirBar, { series }: BarContext): Part | undefined {
  if (day.volume === undefined || their.volume === undefined || their.volume === day.volume) return undefined
  const counter = counterOf(day)
  if (their.volume === counter)
    return day.missed_volume > 0
      ? { cause: 'recording_edge', class: 'gap', note: `${day.missed_volume} traded before we joined` }
      : { cause: 'volume_correction', note: `${day.correction} taken back` }
  const { auctions, hours, recorded } = series
  for (const left_out of [auctions, ...auctions.map((auction) => [auction])]) {
    const volume = left_out.reduce((sum, auction) => sum + auction.volume, 0)
    if (volume > 0 && their.volume === counter - volume)
      return {
        cause: 'auction_volume',
        class: 'auction',
        note: `theirs is without ${left_out.map(({ phase }) => phase).join(', ')}`,
      }
  }
  if (their.volume < counter) return { cause: 'unknown' }
  const is_to_the_end = recorded !== undefined && recorded.to_ms >= hours.end_ms
  if (is_to_the_end) return { cause: 'block_deal', note: `${their.volume - counter} more` }
  if (recorded === undefined) return { cause: 'unknown' }
  return { cause: 'recording_edge', class: 'gap', note: 'what traded after the recording ended' }
}

function pricePart(pair: BarPair, day: OwnDay, their: TheirBar, { series }: BarContext): Part[] {
  const parts: Part[] = []
  const { exchange, continuous, auctions, hours } = series
  const auction = auctions.find(({ phase }) => phase === 'pre_open')
  if (their.open !== day.open) {
    const is_known = their.open === exchange?.open || their.open === continuous?.open
    const class_ = auction === undefined ? {} : { class: 'auction' as const }
    parts.push(is_known ? { cause: 'open_rewritten', ...class_ } : { cause: 'unknown' })
  }
  if (their.close !== day.close) {
    const after = auctions.filter(({ phase }) => phase !== 'pre_open').map(({ close }) => close)
    const announced = [day.official_close, continuous?.close, ...after]
    const is_inside = their.close <= Math.max(day.high, their.high) && their.close >= Math.min(day.low, their.low)
    if (announced.includes(their.close)) parts.push({ cause: 'official_close' })
    else if (!(is_inside && cut(pair, day, series, hours.close_ms) !== undefined)) parts.push({ cause: 'unknown' })
  }
  if (their.high !== day.high || their.low !== day.low) {
    const wider = isInside({ ...day, volume: 0 }, { ...their, volume: 0 })
    const narrower = isInside({ ...their, volume: 0 }, { ...day, volume: 0 })
    parts.push(
      wider
        ? (cut(pair, day, series, hours.close_ms) ?? { cause: 'missing_extreme' })
        : { cause: narrower ? 'their_missing_extreme' : 'unknown' },
    )
  }
  return parts
}

/** What cuts the day, where prices alone are asked for: its volume is told whatever was missed. */
function cut(pair: BarPair, day: OwnDay, series: BarContext['series'], close_ms: number): Part | undefined {
  const their = pair.their === undefined ? undefined : { ...pair.their, volume: undefined }
  const found = gapFinding({ ...pair, own: { ...day, volume: undefined }, their }, series, close_ms)
  return found?.cause === undefined ? undefined : { ...found, cause: found.cause }
}

/** The last trades agree; the closing prices that were announced are another thing. */
function officialDiffers(day: OwnDay, { official_close }: TheirBar): Finding | undefined {
  if (official_close === undefined || day.official_close === undefined || official_close === day.official_close) return undefined
  return { class: 'exact', cause: 'official_close', note: 'the closing prices announced differ, the last trades do not' }
}
