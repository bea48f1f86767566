export * from './decode-stage.js'
export * from './journaled.js'
export * from './pipeline.js'
export * from './session-facts.js'
