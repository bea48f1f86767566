export * from './exp-log.js'
export * from './inverse-normal.js'
export * from './normal-distribution.js'
