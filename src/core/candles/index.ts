export * from './gaps.js'
export * from './interval.js'
export * from './time-bars.js'
export type { Track } from './track.js'
