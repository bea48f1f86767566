export * from './frame.js'
export * from './merge.js'
export * from './reader.js'
export * from './record.js'
