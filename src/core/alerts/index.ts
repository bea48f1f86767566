export * from './alert.js'
export * from './desk.js'
