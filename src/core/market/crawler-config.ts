import { usageError } from '../errors.js'
import { parseDate } from '../time/index.js'
import { assetClassOf, completeFromSymbols, isCash, underlyingsOfEquityDerivatives } from './classify.js'
import { ASSET_CLASSES, INSTRUMENT_TYPES, type Instrument } from './instrument.js'
import { type BadEntry, TOKEN_MAX } from './kite-master.js'
import { exchangeOfIndex } from './known-indices.js'
import { isTradable, segmentOf } from './segments.js'

/**
 * Reads the config of a crawler: `{"instruments": {NAME: {token, symbol, asset_class, underlying, expiry, ...}}}`, as parsed JSON. Keys we do
 * not know are ignored. An asset class of ours is kept as it stands, even where we would say another (crawlers call derivatives of a BSE index
 * `indices`). The config is a selection, so a stock without derivatives in it may still have some: `has_derivatives` is true or undefined.
 */
export function parseCrawlerConfig(json: unknown, onBadEntry: (bad: BadEntry) => void): Instrument[] {
  const entries = isObject(json) ? json.instruments : undefined
  if (!isObject(entries))
    throw usageError(
      'not_a_crawler_config',
      'Not a crawler config: expected {"instruments": {NAME: {"token": 408065, ...}, ...}}, found no object "instruments".',
      "Use Kite's instruments CSV or a config of that form.",
    )
  const instruments: Instrument[] = []
  const stated = new Set<Instrument>()
  for (const [name, entry] of Object.entries(entries)) {
    const instrument = isObject(entry) ? readEntry(name, entry) : 'expected an object'
    if (typeof instrument === 'string') {
      onBadEntry({ where: `instruments.${name}`, reason: instrument })
      continue
    }
    instruments.push(instrument)
    if (isObject(entry) && isOurs(ASSET_CLASSES, entry.asset_class)) stated.add(instrument)
  }
  completeFromSymbols(instruments, stated)
  const traded = underlyingsOfEquityDerivatives(instruments)
  for (const instrument of instruments)
    if (instrument.instrument_type === 'EQ' && traded.has(instrument.symbol)) instrument.has_derivatives = true
  return instruments
}

type JsonObject = Readonly<Record<string, unknown>>

function readEntry(name: string, entry: JsonObject): Instrument | string {
  const instrument_token = wholeNumber(entry.token ?? entry.instrument_token)
  if (instrument_token === undefined || instrument_token === 0 || instrument_token > TOKEN_MAX)
    return `expected a token from 1 to ${TOKEN_MAX}, found ${JSON.stringify(entry.token ?? entry.instrument_token) ?? 'none'}`
  const symbol = text(entry.symbol) ?? text(entry.tradingsymbol) ?? name
  const expiry_text = text(entry.expiry)
  const expiry = expiry_text === undefined ? undefined : parseDate(expiry_text)
  if (expiry_text !== undefined && expiry === undefined) return `expected an expiry as YYYY-MM-DD, found "${expiry_text}"`
  const segment = segmentOf(instrument_token)
  const index = !isTradable(instrument_token)
  const exchange = index ? exchangeOfIndex(symbol) : segment.name
  const cash = isCash(exchange)
  const instrument_type = index
    ? 'INDEX'
    : isOurs(INSTRUMENT_TYPES, entry.instrument_type)
      ? entry.instrument_type
      : cash
        ? 'EQ'
        : 'UNKNOWN'
  const underlying = cash || index ? undefined : text(entry.underlying)
  return {
    instrument_token,
    exchange,
    symbol,
    name: text(entry.name) ?? '',
    segment: text(entry.segment) ?? '',
    instrument_type,
    asset_class: isOurs(ASSET_CLASSES, entry.asset_class)
      ? entry.asset_class
      : assetClassOf({ exchange, instrument_type, underlying }),
    underlying,
    expiry,
    strike: positive(entry.strike),
    lot_size: positive(entry.lot_size) ?? 0,
    tick_size: positive(entry.tick_size) ?? 0,
    price_divisor: segment.price_divisor,
    has_derivatives: undefined,
    known: true,
  }
}

function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

function isOurs<T extends string>(words: readonly T[], value: unknown): value is T {
  return words.some((word) => word === value)
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined
}

/** Crawler configs hold tokens as numbers or as texts of digits. */
function wholeNumber(value: unknown): number | undefined {
  if (typeof value === 'number') return Number.isInteger(value) && value >= 0 ? value : undefined
  return typeof value === 'string' && /^\d{1,15}$/.test(value) ? Number(value) : undefined
}

function positive(value: unknown): number | undefined {
  const number = typeof value === 'string' && /^\d*\.?\d+$/.test(value) ? Number(value) : value
  return typeof number === 'number' && Number.isFinite(number) && number > 0 ? number : undefined
}
