export * from './actor.js'
export * from './plan.js'
export * from './plant.js'
export * from './registry.js'
