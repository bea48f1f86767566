export * from './ist.js'
