export * from './kite-messages.js'
export * from './recorded-time.js'
