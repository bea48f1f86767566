export * from './ledger.js'
export * from './ledger-state.js'
