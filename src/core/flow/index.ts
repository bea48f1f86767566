export * from './book-features.js'
export * from './order-flow.js'
export * from './read-book.js'
export * from './tick-rule.js'
