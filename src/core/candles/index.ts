export * from './gaps.js'
export * from './interval.js'
export * from './time-bars.js'
export type { ExchangeBook, Track } from './track.js'
