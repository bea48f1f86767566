import { formatDate, type IstDay } from '../../src/core/time/index.js'

const HEADER =
  'instrument_token,exchange_token,tradingsymbol,name,last_price,expiry,strike,tick_size,lot_size,instrument_type,segment,exchange'
const MONTHS = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC']
const SEGMENT_BYTES: Readonly<Record<string, number>> = { NSE: 1, NFO: 2, BSE: 4, BFO: 5, INDICES: 9 }

/** A master with everything the shipped profiles ask for, in the form and order of columns of Kite's own file. Prices are invented. */
export class WholeMaster {
  readonly rows: string[] = []
  #exchange_token = 1000

  constructor(options: { stocks: readonly string[]; bse: readonly string[]; expiries: readonly IstDay[]; last_price?: number }) {
    const { stocks, bse, expiries, last_price = 0 } = options
    for (const symbol of stocks) this.#cash('NSE', symbol, last_price)
    for (const symbol of bse) this.#cash('BSE', symbol, last_price)
    for (const [symbol, exchange] of [
      ['NIFTY 50', 'NSE'],
      ['NIFTY BANK', 'NSE'],
      ['SENSEX', 'BSE'],
      ['BANKEX', 'BSE'],
    ] as const)
      this.#row({ symbol, name: symbol, segment: 'INDICES', exchange, type: 'EQ', last_price })
    for (const name of [...stocks, 'NIFTY', 'BANKNIFTY']) this.#chain('NFO', name, expiries)
    for (const name of ['SENSEX', 'BANKEX']) this.#chain('BFO', name, expiries)
  }

  get csv(): string {
    return `${[HEADER, ...this.rows].join('\n')}\n`
  }

  #cash(exchange: string, symbol: string, last_price: number): void {
    this.#row({ symbol, name: `${symbol} LTD, INDIA`, segment: exchange, exchange, type: 'EQ', last_price })
  }

  /** Three futures, and options of 21 strikes from 900 to 1100 on the nearest two expiries. */
  #chain(exchange: string, name: string, expiries: readonly IstDay[]): void {
    for (const [n, expiry] of expiries.entries()) {
      const date = formatDate(expiry)
      const month = `${date.slice(2, 4)}${MONTHS[Number(date.slice(5, 7)) - 1]}`
      this.#row({ symbol: `${name}${month}FUT`, name, segment: `${exchange}-FUT`, exchange, type: 'FUT', expiry: date })
      if (n > 1) continue
      for (let strike = 900; strike <= 1100; strike += 10)
        for (const type of ['CE', 'PE'])
          this.#row({
            symbol: `${name}${month}${strike}${type}`,
            name,
            segment: `${exchange}-OPT`,
            exchange,
            type,
            expiry: date,
            strike,
          })
    }
  }

  #row(row: {
    symbol: string
    name: string
    segment: string
    exchange: string
    type: string
    last_price?: number
    expiry?: string
    strike?: number
  }): void {
    const exchange_token = this.#exchange_token++
    const byte = SEGMENT_BYTES[row.segment === 'INDICES' ? 'INDICES' : row.exchange] ?? 0
    const { symbol, name, last_price = 0, expiry = '', strike = 0, type, segment, exchange } = row
    this.rows.push(
      [
        exchange_token * 256 + byte,
        exchange_token,
        symbol,
        `"${name}"`,
        last_price,
        expiry,
        strike,
        0.05,
        1,
        type,
        segment,
        exchange,
      ].join(','),
    )
  }
}
