export * from './fact.js'
export * from './market-day.js'
export * from './master.js'
export * from './universe.js'
