/** mds as a library: the core without the command line. Every folder of the core is a namespace. */
export * from './core/index.js'
