import type { Random } from '../random.js'
import type { Listing } from './listing.js'
import type { Universe } from './universe.js'

export const FAULT_KINDS = ['gaps', 'duplicates', 'late', 'corrections', 'resets', 'damage', 'wrap'] as const
export type FaultKind = (typeof FAULT_KINDS)[number]

/** One step of a planted fault, due in the second `at_s`. */
export type FaultAction =
  /** Nothing is received in `[at_s, until_s)`. */
  | { do: 'silence'; at_s: number; until_s: number }
  /** The instrument is told whether or not it is its turn. */
  | { do: 'tell'; at_s: number; listing: number }
  /** From now on the told volume lacks this part of today's; 0 ends it. */
  | { do: 'lower'; at_s: number; listing: number; part: number; kind: 'correction' | 'collapse' | 'rebase' | 'restored' }
  /** The instrument's packet comes twice in one message. */
  | { do: 'repeat_packet'; at_s: number; listing: number }
  /** A whole message comes twice, as from two connections. */
  | { do: 'repeat_message'; at_s: number }
  /** Keeps a packet to send it again out of order. */
  | { do: 'keep'; at_s: number; listing: number }
  /** Sends the kept packet after newer ones; `above_high`: with a price above all others of the day. */
  | { do: 'replay'; at_s: number; listing: number; above_high: boolean }
  | { do: 'damage'; at_s: number; how: Damage }

export type Damage = 'cut_packet' | 'unknown_length' | 'count_too_high' | 'count_too_low' | 'record_header'

/** A field of an expected candle that readings of the rules may differ in; the comparison leaves it out. */
export type UnsettledField = 'volume' | 'tick_count' | 'trade_count'

/** A fault as the truth file tells it. */
export interface PlantedFault {
  kind: string
  /** Listing it concerns, -1 for all. */
  listing: number
  /** Received time of the record concerned. */
  received_ms: number
  detail: Readonly<Record<string, number | string>>
  /** Fields of the instrument's candles that the rules leave open for the two minutes after it. */
  unsettled: readonly UnsettledField[]
}

/** Nine minutes each: room for the longest silence and for what follows it. */
const SLOT_S = 540
const SLOTS = 39
const FIRST_SLOT_AFTER_OPEN_S = 360
const POW_32 = 0x1_0000_0000

/** The day that faults are planted into. */
export interface FaultSetting {
  universe: Universe
  random: Random
  /** 09:15 of the day, epoch seconds. */
  open_s: number
  /** False for listings to leave alone. */
  suits(listing: number): boolean
}

/** Actions in order of time. Every fault has nine minutes of the day to itself, so that what each does to the candles stays plain. */
export function planFaults(kinds: readonly FaultKind[], { universe, random, open_s, suits }: FaultSetting): FaultAction[] {
  const slots = Array.from({ length: SLOTS }, (_, n) => open_s + FIRST_SLOT_AFTER_OPEN_S + n * SLOT_S)
  const slot = (): number => slots.splice(random.below(slots.length), 1)[0] ?? open_s
  const busy = busyListings(universe).filter(suits)
  if (busy.length === 0) return []
  const victim = (): number => busy[random.below(busy.length)] ?? 0
  const plans: Record<FaultKind, () => FaultAction[]> = {
    gaps: () =>
      [20 + random.below(20), 60 + random.below(60), 200 + random.below(200)].map((length) => silence(slot(), length, random)),
    duplicates: () => [
      { do: 'repeat_packet', at_s: slot() + 20, listing: victim() },
      { do: 'repeat_packet', at_s: slot() + 31, listing: victim() },
      { do: 'repeat_message', at_s: slot() + 25 },
      { do: 'repeat_message', at_s: slot() + 41 },
    ],
    late: () => [false, true, false, true].flatMap((above_high) => late(slot() + 20, victim(), above_high)),
    corrections: () => [
      ...lowered(slot() + 15, { listing: victim(), part: 0.01, kind: 'correction', seconds: 3, told_after: 8 }),
      ...lowered(slot() + 15, { listing: victim(), part: 0.04, kind: 'correction', seconds: 4, told_after: 8 }),
      ...rebased(slot() + 5, victim()),
    ],
    resets: () => [
      ...lowered(slot() + 10, { listing: victim(), part: 0.7, kind: 'collapse', seconds: 2, told_after: 25 }),
      ...lowered(slot() + 10, { listing: victim(), part: 0.98, kind: 'collapse', seconds: 1, told_after: 25 }),
    ],
    damage: () =>
      (['cut_packet', 'unknown_length', 'count_too_high', 'count_too_low', 'record_header'] as const).map((how) => ({
        do: 'damage',
        at_s: slot() + 30,
        how,
      })),
    wrap: () => [],
  }
  const actions = FAULT_KINDS.filter((kind) => kinds.includes(kind)).flatMap((kind) => plans[kind]())
  return actions
    .map((action, n) => ({ action, n }))
    .sort((a, b) => a.action.at_s - b.action.at_s || a.n - b.n)
    .map(({ action }) => action)
}

/** Begins and ends far from the turn of a minute: which bars it cuts is then beyond doubt. */
function silence(slot_s: number, length: number, random: Random): FaultAction {
  const at_s = slot_s + 15 + random.below(10)
  const end = at_s + length
  const beyond = end % 60
  return { do: 'silence', at_s, until_s: beyond < 15 ? end + 15 - beyond : beyond > 45 ? end - beyond + 45 : end }
}

function late(at_s: number, listing: number, above_high: boolean): FaultAction[] {
  return [
    { do: 'keep', at_s, listing },
    { do: 'tell', at_s: at_s + 1, listing },
    { do: 'tell', at_s: at_s + 3, listing },
    { do: 'replay', at_s: at_s + 4, listing, above_high },
  ]
}

interface Lowering {
  listing: number
  part: number
  kind: 'correction' | 'collapse'
  /** How long the volume is told too low, in seconds with one packet each. */
  seconds: number
  /** Packets told after that, one a second. */
  told_after: number
}

function lowered(at_s: number, { listing, part, kind, seconds, told_after }: Lowering): FaultAction[] {
  const tells = Array.from({ length: seconds + told_after }, (_, n): FaultAction => ({ do: 'tell', at_s: at_s + n, listing }))
  return [
    { do: 'tell', at_s: at_s - 1, listing },
    { do: 'lower', at_s, listing, part, kind },
    { do: 'lower', at_s: at_s + seconds, listing, part: 0, kind: 'restored' },
    ...tells,
  ]
}

/** Trades are annulled for good: the volume stays lower, and after 30 s and 5 packets it has to be believed. */
function rebased(at_s: number, listing: number): FaultAction[] {
  return [
    { do: 'tell', at_s: at_s - 1, listing },
    { do: 'lower', at_s, listing, part: 0.2, kind: 'rebase' },
    ...Array.from({ length: 45 }, (_, n): FaultAction => ({ do: 'tell', at_s: at_s + n, listing })),
  ]
}

/** Cash instruments that trade most: each of their minutes has trades, whatever the rate. */
function busyListings({ listings }: Universe): number[] {
  const cash = listings.flatMap((listing, index) => (listing.instrument.asset_class === 'equity_cash' ? [index] : []))
  return cash.slice(0, 20)
}

/** One penny stock so active that its volume passes 2^32 about two thirds into the day. Returns the universe and its number. */
export function plantWrap(universe: Universe, trades_per_weight: number): { universe: Universe; listing: number } {
  const cash = busyListings(universe)
  const cheapest = (a: number, b: number): number =>
    universe.spots[universe.listings[b]!.spot]!.previous_close < universe.spots[universe.listings[a]!.spot]!.previous_close
      ? b
      : a
  const listing = cash.reduce(cheapest, cash[0] ?? 0)
  const boosted = (one: Listing): Listing => ({ ...one, trade_lots: (1.6 * POW_32) / (one.weight * trades_per_weight) })
  return { universe: { ...universe, listings: universe.listings.map((one, n) => (n === listing ? boosted(one) : one)) }, listing }
}
