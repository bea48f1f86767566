export * from './duration.js'
export * from './speed.js'
export * from './window.js'
