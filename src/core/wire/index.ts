export { isTradable, type Segment, segmentOf } from '../market/index.js'
export * from './decode.js'
export * from './encode.js'
export * from './kite.js'
