import { EXIT, MdsError, usageError } from '../errors.js'
import { FEED_MODES, type FeedMode } from '../feed/index.js'
import { type Instrument, InstrumentTable } from '../market/index.js'
import type { IstDay } from '../time/index.js'
import { chooseFrom } from './choose.js'
import { ReferencePrices } from './reference-prices.js'
import { INSTRUMENTS_MAX, type InstrumentPlan } from './selection.js'

/** What a plan meets on a day. */
export interface SelectionDay {
  /** The day's master; an empty table when there is none. */
  readonly table: InstrumentTable
  /** Contracts that expired before it are no longer there. */
  readonly day: IstDay
  /** Last prices in rupees by `EXCHANGE:SYMBOL` or `SYMBOL`; stronger than those of the master, which mostly are 0. */
  readonly prices?: ReadonlyMap<string, number>
}

/** What a capture subscribes to. Everything in the order of the tokens, each token once. */
export interface SelectedInstruments {
  readonly modes: ReadonlyMap<number, FeedMode>
  readonly instruments: readonly Instrument[]
  /** What the user should know, one sentence each. */
  readonly notices: readonly string[]
}

/**
 * The instruments of a plan on a day. The same plan, master, day and prices give the same list, whatever the order of the master's rows.
 * Where two parts of the plan want the same instrument, the mode that tells more wins. Throws when nothing is left, or more than Kite allows.
 */
export function selectInstruments(plan: InstrumentPlan, { table, day, prices = new Map() }: SelectionDay): SelectedInstruments {
  const master = [...table.known()]
  const named = new Map(master.map((instrument) => [instrument.instrument_token, instrument]))
  const stated = InstrumentTable.of(plan.inline.flatMap(({ instrument }) => instrument ?? []))
  const notices: string[] = []
  const wanted = new Map<number, { instrument: Instrument; mode: FeedMode }>()
  const want = (instrument: Instrument, mode: FeedMode): void => {
    const before = wanted.get(instrument.instrument_token)
    wanted.set(instrument.instrument_token, { instrument, mode: before === undefined ? mode : richer(before.mode, mode) })
  }

  for (const { token, mode } of plan.inline) want(named.get(token) ?? stated.resolve(token), mode ?? plan.mode)
  const references = new ReferencePrices(master, day, prices)
  for (const [n, selection] of plan.select.entries()) {
    const { instruments, notices: told } = chooseFrom(selection, master, { day, references, table })
    for (const instrument of instruments) want(instrument, selection.mode ?? plan.mode)
    notices.push(...told.map((text) => `select[${n}]: ${text}`))
  }
  checkCount(wanted.size, { plan, master_count: master.length, notices })
  const in_order = [...wanted].sort(([a], [b]) => a - b)
  return {
    modes: new Map(in_order.map(([token, { mode }]) => [token, mode])),
    instruments: in_order.map(([, { instrument }]) => instrument),
    notices,
  }
}

const richer = (a: FeedMode, b: FeedMode): FeedMode => (FEED_MODES.indexOf(a) >= FEED_MODES.indexOf(b) ? a : b)

interface Found {
  readonly plan: InstrumentPlan
  readonly master_count: number
  readonly notices: readonly string[]
}

function checkCount(count: number, { plan, master_count, notices }: Found): void {
  if (count > INSTRUMENTS_MAX)
    throw usageError(
      'too_many_instruments',
      `Expected at most ${INSTRUMENTS_MAX} instruments (3 connections of 3000 each), found ${count}.`,
      'Give the selections of the profile a "limit", fewer expiries or "atm_strikes".',
    )
  if (count > 0) return
  if (plan.select.length > 0 && master_count === 0)
    throw new MdsError('no_master', {
      message: 'The profile selects from the instrument master, but there is none, or it is empty.',
      suggestions: [DOWNLOAD_MASTER],
      exitCode: EXIT.unreadable,
    })
  throw usageError(
    'nothing_selected',
    plan.select.length === 0
      ? 'The profile names no instrument.'
      : `None of the ${master_count} instruments of the master passes the selections of the profile. ${notices.join(' ')}`,
    'mds doctor',
    'mds capture --tokens 408065,884737',
  )
}

/** Kite makes the file anew each morning, and asks for no login. */
export const DOWNLOAD_MASTER =
  'mkdir -p config && curl -fsS --compressed -o config/instruments.csv https://api.kite.trade/instruments'
