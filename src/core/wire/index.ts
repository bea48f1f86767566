export * from './decode.js'
export * from './encode.js'
export * from './kite.js'
export * from './segments.js'
