/** mds as a library: the core without the command line. Every folder of the core is a namespace. */
export * from './core/index.js'
/** For a detector of your own: docs/patterns.md. */
export type { Candidate, PatternView, PluginPattern } from './core/patterns/index.js'
