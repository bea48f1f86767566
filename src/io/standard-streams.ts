import { MdsError } from '../core/errors.js'
import { outputError } from './output.js'
import { tellError } from './tell-error.js'

/**
 * Ahead of the listener of oclif, which throws. A reader of standard output that goes away ends the program quietly, a full disk ends it with a
 * sentence. Nobody can be told when stderr fails.
 */
export function guardStandardStreams(): void {
  process.stderr.on('error', () => {})
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') {
      const told = outputError('standard output', error)
      if (!(told instanceof MdsError)) throw error
      tellError(told.code, told, false)
    }
    process.exit()
  })
}
