export * from './candle.js'
export * from './fields.js'
export * from './instrument.js'
export * from './tick.js'
