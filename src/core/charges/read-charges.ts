import { JsonValue } from '../market/index.js'
import { formatDate, type IstDay, parseDate } from '../time/index.js'
import {
  CHARGE_ITEMS,
  CHARGED_EXCHANGES,
  CHARGED_PRODUCTS,
  CHARGED_SIDES,
  type ChargeRate,
  type ChargeRow,
  type ChargeTable,
  ROW_ITEMS,
  USUAL_ITEMS,
} from './charge-row.js'

/** Checks a file of charges completely; see config/schema/charges.schema.json. `content` is parsed JSON, `file` its name for complaints. */
export function readCharges(content: unknown, file: string): ChargeTable {
  const top = new JsonValue(content, { file, error_code: 'bad_charges' }).fields(['rows'], ['$schema', 'note'])
  const rows = top.get('rows').list().map(readRow)
  for (const exchange of CHARGED_EXCHANGES)
    for (const product of CHARGED_PRODUCTS) {
      const own = rows.filter((row) => row.exchanges.includes(exchange) && row.products.includes(product))
      if (own.length > 0) checkCover(own, { whose: `${product} on ${exchange}`, value: top.get('rows') })
    }
  return { rows }
}

function readRow(value: JsonValue): ChargeRow {
  const fields = value.fields(
    ['item', 'exchanges', 'products', 'side', 'from', 'to', 'source', 'verified'],
    ['underlyings', 'percent', 'rupees_max', 'rupees', 'of', 'note'],
  )
  const item = fields.get('item').oneOf(ROW_ITEMS)
  const of = fields.maybe('of')
  if ((item === 'gst') !== (of !== undefined)) value.fail('`of` with the item gst, and only then')
  const side = fields.get('side').oneOf(CHARGED_SIDES)
  if ((item === 'stt_exercise') !== (side === 'EXERCISE'))
    value.fail('the side EXERCISE with the item stt_exercise, and only then')
  const rate = readRate(value, {
    percent: fields.maybe('percent'),
    rupees_max: fields.maybe('rupees_max'),
    rupees: fields.maybe('rupees'),
  })
  if (item === 'gst' && rate.kind !== 'share') value.fail('`percent` with the item gst')
  return {
    item,
    exchanges: names(fields.get('exchanges'), CHARGED_EXCHANGES),
    products: names(fields.get('products'), CHARGED_PRODUCTS),
    underlyings:
      fields
        .maybe('underlyings')
        ?.list()
        .map((name) => name.string().toUpperCase()) ?? [],
    side,
    ...range(fields.get('from'), fields.get('to')),
    rate,
    of: of === undefined ? [] : names(of, CHARGE_ITEMS),
    source: fields.get('source').string(),
    note: fields.maybe('note')?.string(),
    verified: fields.get('verified').boolean(),
  }
}

const RUPEES_MAX = 100_000
const BILLIONTHS_OF_PERCENT = 10_000_000

function readRate(
  row: JsonValue,
  {
    percent,
    rupees_max,
    rupees,
  }: { percent: JsonValue | undefined; rupees_max: JsonValue | undefined; rupees: JsonValue | undefined },
): ChargeRate {
  if (rupees !== undefined) {
    if (percent !== undefined || rupees_max !== undefined) row.fail('either `percent` or `rupees`')
    return { kind: 'per_order', rupees: rupees.number(0, RUPEES_MAX) }
  }
  if (percent === undefined) row.fail('either `percent` or `rupees`')
  const exact = percent.number(0, 100) * BILLIONTHS_OF_PERCENT
  const billionths = Math.round(exact)
  if (Math.abs(exact - billionths) > 1e-3) percent.fail('at most 7 decimals')
  return { kind: 'share', billionths, rupees_max: rupees_max?.number(0, RUPEES_MAX) ?? Number.POSITIVE_INFINITY }
}

function names<T extends string>(value: JsonValue, known: readonly T[]): readonly T[] {
  const found = value.list().map((name) => name.oneOf(known))
  if (found.length === 0 || new Set(found).size !== found.length) value.fail('at least one name, none twice')
  return found
}

function range(from: JsonValue, to: JsonValue): { from: IstDay; to: IstDay } {
  const found = { from: from.isNull() ? -Infinity : day(from), to: to.isNull() ? Infinity : day(to) }
  if (found.from >= found.to) to.fail('a day after `from` (it is the first day on which the row no longer holds)')
  return found
}

function day(value: JsonValue): IstDay {
  const expected = 'a date that exists, as YYYY-MM-DD'
  const text = value.string(expected)
  return (text.length === 10 ? parseDate(text) : undefined) ?? value.fail(expected)
}

/** Every usual item and the tax on them has one row for each day from its first on, and each underlying that is named has at most one. */
function checkCover(own: readonly ChargeRow[], { whose, value }: { whose: string; value: JsonValue }): void {
  for (const item of [...USUAL_ITEMS, 'gst'] as const)
    if (!own.some((row) => row.item === item && row.underlyings.length === 0)) value.fail(`a row of ${item} for ${whose}`)
  for (const item of ROW_ITEMS) {
    const rows = own.filter((row) => row.item === item)
    const named = new Set(rows.flatMap(({ underlyings }) => underlyings))
    const general = rows.filter(({ underlyings }) => underlyings.length === 0)
    if (named.size > 0 && general.length === 0) value.fail(`a row of ${item} for ${whose} without underlyings`)
    const what = `${item} of ${whose}`
    checkSequence(general, { what, value, to_the_end: true })
    for (const name of named)
      checkSequence(
        rows.filter(({ underlyings }) => underlyings.includes(name)),
        { what: `${what}, ${name},`, value, to_the_end: false },
      )
  }
}

function checkSequence(
  rows: readonly ChargeRow[],
  { what, value, to_the_end }: { what: string; value: JsonValue; to_the_end: boolean },
): void {
  const sorted = [...rows].sort((a, b) => (a.from < b.from ? -1 : 1))
  for (const [n, row] of sorted.entries()) {
    const next = sorted[n + 1]
    if (next !== undefined && (to_the_end ? next.from !== row.to : next.from < row.to))
      value.fail(`${what} without ${to_the_end ? 'gap or ' : ''}overlap around ${formatDate(next.from)}`)
    if (next === undefined && to_the_end && row.to !== Infinity) value.fail(`${what} without an end (null = no limit)`)
  }
}
