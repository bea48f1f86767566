import { type Instrument, underlyingOf } from '../market/index.js'
import type { TermVolatility } from '../options/index.js'
import type { IstDay } from '../time/index.js'
import type { SessionFigures, UnderlyingFigures } from './session-figures.js'

/** An instrument with its figures of a day. */
export interface FiguredInstrument {
  readonly instrument: Instrument
  readonly figures: SessionFigures
}

/** Of each underlying that had derivatives in the recording, in the order of names. `volatilities`: by underlying, where its options tell one. */
export function underlyingFigures(
  gathered: readonly FiguredInstrument[],
  day: IstDay,
  volatilities: ReadonlyMap<string, readonly TermVolatility[]>,
): UnderlyingFigures[] {
  const derived = new Set(
    gathered.filter(({ instrument }) => isDerivative(instrument)).map(({ instrument }) => underlyingOf(instrument)),
  )
  return [...derived].sort().flatMap((underlying) => {
    const close = closeOf(gathered.filter(({ instrument }) => underlyingOf(instrument) === underlying))
    return Number.isNaN(close) ? [] : [{ underlying, day, close, terms: volatilities.get(underlying) ?? [] }]
  })
}

const isDerivative = ({ instrument_type }: Instrument): boolean =>
  instrument_type === 'FUT' || instrument_type === 'CE' || instrument_type === 'PE'

/** In rupees: of the index or stock, that of NSE first; else of the future that expires next. */
function closeOf(family: readonly FiguredInstrument[]): number {
  const candidates = family
    .filter(
      ({ instrument, figures }) =>
        instrument.instrument_type !== 'CE' && instrument.instrument_type !== 'PE' && !Number.isNaN(figures.close),
    )
    .sort((a, b) => rankOf(a) - rankOf(b) || (a.figures.name < b.figures.name ? -1 : 1))
  const [first] = candidates
  if (first === undefined) return Number.NaN
  const { close, close_official, price_divisor } = first.figures
  return (Number.isNaN(close_official) ? close : close_official) / price_divisor
}

/** Cash before futures, futures by their expiry. */
function rankOf({ instrument }: FiguredInstrument): number {
  if (instrument.instrument_type === 'FUT') return 2 + (instrument.expiry ?? 0)
  return instrument.exchange === 'NSE' ? 0 : 1
}
