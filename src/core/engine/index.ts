export * from './pipeline.js'
