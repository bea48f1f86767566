export * from './active-hours.js'
export * from './select-instruments.js'
export * from './selection.js'
export * from './trading-hours.js'
