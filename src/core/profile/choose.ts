import type { Instrument, InstrumentTable } from '../market/index.js'
import { similarTexts } from '../market/index.js'
import { formatDate, type IstDay } from '../time/index.js'
import type { ReferencePrices } from './reference-prices.js'
import type { ExpiryChoice, Selection } from './selection.js'
import { strikesAround } from './strikes-around.js'

/** What one selection gives, not yet in any order that lasts. */
export interface Choice {
  readonly instruments: readonly Instrument[]
  readonly notices: readonly string[]
}

/** What selections are made from. */
export interface ChoiceSetting {
  readonly day: IstDay
  readonly references: ReferencePrices
  readonly table: InstrumentTable
}

/** A candidate and what decides whether it passes a limit. */
interface Candidate {
  readonly instrument: Instrument
  /** Place of its name in the selection, or 0. */
  readonly name_rank: number
  expiry_rank: number
  /** Strikes between it and the money. */
  distance: number
}

/** The instruments of one selection. Names that the master does not know are told, since lists of names age. */
export function chooseFrom(selection: Selection, master: readonly Instrument[], setting: ChoiceSetting): Choice {
  const notices: string[] = []
  const of_kind = master.filter((instrument) => isOfKind(instrument, selection, setting.day))
  if (of_kind.length === 0) return { instruments: [], notices: [nothingOfKindText(selection, setting.day)] }
  const named = byNames(of_kind, selection, notices)
  const of_expiry = byExpiry(named, selection.expiry)
  const near =
    selection.atm_strikes === undefined ? of_expiry : nearTheMoney(of_expiry, selection.atm_strikes, master, setting, notices)
  if (near.length === 0) notices.push(nothingText(selection, named))
  const in_order = near.sort(byImportance)
  return { instruments: in_order.slice(0, selection.limit).map(({ instrument }) => instrument), notices }
}

function isOfKind(instrument: Instrument, selection: Selection, day: IstDay): boolean {
  const { exchange, instrument_types, segment, except } = selection
  const { symbol, underlying, expiry } = instrument
  return (
    instrument.exchange === exchange &&
    (instrument_types.length === 0 || instrument_types.includes(instrument.instrument_type)) &&
    (segment === undefined || instrument.segment === segment) &&
    (expiry === undefined || expiry >= day) &&
    !except.includes(symbol) &&
    (underlying === undefined || !except.includes(underlying))
  )
}

function byNames(instruments: readonly Instrument[], { symbols, underlyings }: Selection, notices: string[]): Candidate[] {
  const candidate = (instrument: Instrument, name_rank: number): Candidate => ({
    instrument,
    name_rank,
    expiry_rank: 0,
    distance: 0,
  })
  if (symbols.length === 0 && underlyings.length === 0) return instruments.map((instrument) => candidate(instrument, 0))
  const by_symbol = ranks(symbols, new Set(instruments.map(({ symbol }) => symbol)), 'instrument', notices)
  const known = new Set(instruments.flatMap(({ underlying }) => underlying ?? []))
  const by_underlying = ranks(underlyings, known, 'underlying', notices)
  return instruments.flatMap((instrument) => {
    const rank = by_symbol.get(instrument.symbol) ?? by_underlying.get(instrument.underlying ?? '')
    return rank === undefined ? [] : [candidate(instrument, rank)]
  })
}

/** The place of each name that is there, under the name by which it is there. */
function ranks(names: readonly string[], known: ReadonlySet<string>, what: string, notices: string[]): Map<string, number> {
  const places = new Map<string, number>()
  const missing: string[] = []
  for (const [rank, name] of names.entries()) {
    const found = name.split('|').find((each) => known.has(each))
    if (found !== undefined) places.set(found, places.get(found) ?? rank)
    else missing.push(name)
  }
  if (missing.length > 0)
    notices.push(
      `${missing.length} of ${names.length} ${what}s are not in the master: ${listed(missing, (name) => `${name}${orSimilar(name, known)}`)}.`,
    )
  return places
}

function orSimilar(name: string, known: ReadonlySet<string>): string {
  const [similar] = similarTexts(name.split('|')[0] ?? name, known, 1)
  return similar === undefined ? '' : ` (similar: ${similar})`
}

const NAMED_MAX = 5

/** The first few, and how many more. */
function listed(names: readonly string[], worded: (name: string) => string = (name) => name): string {
  const more = names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''
  return `${names.slice(0, NAMED_MAX).map(worded).join(', ')}${more}`
}

/** Ranks are counted for each underlying, and for futures and options apart: an index has weekly options and monthly futures. */
function byExpiry(candidates: readonly Candidate[], choice: ExpiryChoice): Candidate[] {
  const expiries = new Map<string, IstDay[]>()
  for (const { instrument } of candidates) {
    if (instrument.expiry === undefined) continue
    const of_underlying = expiries.get(chainOf(instrument)) ?? []
    if (!of_underlying.includes(instrument.expiry)) of_underlying.push(instrument.expiry)
    expiries.set(chainOf(instrument), of_underlying)
  }
  for (const days of expiries.values()) days.sort((a, b) => a - b)
  return candidates.filter((candidate) => {
    const { expiry } = candidate.instrument
    if (expiry === undefined) return choice.kind !== 'day'
    candidate.expiry_rank = (expiries.get(chainOf(candidate.instrument)) ?? []).indexOf(expiry)
    if (choice.kind === 'nearest') return candidate.expiry_rank >= choice.from && candidate.expiry_rank < choice.to
    return choice.kind === 'all' || expiry === choice.day
  })
}

const isOption = ({ instrument_type }: Instrument): boolean => instrument_type === 'CE' || instrument_type === 'PE'
const chainOf = (instrument: Instrument): string => `${isOption(instrument) ? 'O' : 'F'} ${instrument.underlying ?? ''}`

/** Strikes are those listed for the underlying and expiry, calls and puts together, whichever of them are wanted. */
function nearTheMoney(
  candidates: readonly Candidate[],
  strikes: number,
  master: readonly Instrument[],
  { references }: ChoiceSetting,
  notices: string[],
): Candidate[] {
  const seriesOf = ({ exchange, underlying, expiry }: Instrument): string => `${exchange} ${underlying ?? ''} ${expiry ?? ''}`
  const wanted = new Set(candidates.flatMap(({ instrument }) => (isOption(instrument) ? seriesOf(instrument) : [])))
  const listed = new Map<string, Set<number>>()
  for (const instrument of master) {
    if (instrument.strike === undefined || !isOption(instrument)) continue
    const series = seriesOf(instrument)
    if (!wanted.has(series)) continue
    const of_series = listed.get(series) ?? new Set()
    listed.set(series, of_series.add(instrument.strike))
  }
  const near = new Map<string, ReadonlyMap<number, number>>()
  const without_price = new Set<string>()
  const distances = (instrument: Instrument): ReadonlyMap<number, number> => {
    const series = seriesOf(instrument)
    const known = near.get(series)
    if (known !== undefined) return known
    const price = references.of(instrument)
    if (price === undefined) without_price.add(instrument.underlying ?? '')
    const around = strikesAround([...(listed.get(series) ?? [])], price, strikes)
    near.set(series, around)
    return around
  }
  const kept = candidates.filter((candidate) => {
    if (!isOption(candidate.instrument)) return true
    const distance = distances(candidate.instrument).get(candidate.instrument.strike ?? Number.NaN)
    candidate.distance = distance ?? 0
    return distance !== undefined
  })
  if (without_price.size > 0) notices.push(withoutPriceText([...without_price].sort()))
  return kept
}

function withoutPriceText(underlyings: readonly string[]): string {
  return `The master has no price of ${listed(underlyings)}: the middle of the listed strikes is taken for the money. Give last closes as "prices".`
}

function nothingOfKindText({ exchange, instrument_types }: Selection, day: IstDay): string {
  const types = instrument_types.length > 0 ? ` of type ${instrument_types.join(', ')}` : ''
  return `No instrument of ${exchange}${types} that lives on ${formatDate(day)} is in the master.`
}

function nothingText({ expiry }: Selection, named: readonly Candidate[]): string {
  if (named.length === 0) return 'Nothing is selected: none of the names is known.'
  return expiry.kind === 'day'
    ? `Nothing expires on ${formatDate(expiry.day)}.`
    : 'Nothing is selected: no expiry is that far away.'
}

/** A total order: what passes a limit is the same on any machine. */
function byImportance(a: Candidate, b: Candidate): number {
  return (
    a.distance - b.distance ||
    a.expiry_rank - b.expiry_rank ||
    a.name_rank - b.name_rank ||
    byText(a.instrument.underlying ?? a.instrument.symbol, b.instrument.underlying ?? b.instrument.symbol) ||
    (a.instrument.strike ?? 0) - (b.instrument.strike ?? 0) ||
    byText(a.instrument.instrument_type, b.instrument.instrument_type) ||
    a.instrument.instrument_token - b.instrument.instrument_token
  )
}

const byText = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
