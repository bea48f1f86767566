import { fileURLToPath } from 'node:url'
import { run } from '@oclif/core'
import { guardStandardStreams } from './io/standard-streams.js'

guardStandardStreams()
const [first, ...others] = process.argv.slice(2)
const words = first === undefined ? [] : first === 'help' ? [...others, '--help'] : [first, ...others]
const options = { root: fileURLToPath(import.meta.url), userPlugins: false }
try {
  await run(words, options)
} catch (error) {
  // A command tells its own errors. What is left concerns the choice of one.
  const { explainCommandLine } = await import('./io/command-line.js')
  await explainCommandLine(words, options, error)
}
