export * from './candlesticks.js'
export * from './definition.js'
export * from './reader.js'
export * from './settings.js'
