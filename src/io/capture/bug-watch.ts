import { EXIT } from '../../core/errors.js'

/** An ordinary stop takes two seconds; a program that is broken may not take more than this. */
const LAST_MS = 5000

export interface BugWatch {
  /** The first error that nobody caught, its words free of secrets. */
  readonly error: Error | undefined
  end(): void
}

/**
 * Errors that nobody catches, rejections too, while a capture runs. Node would end the process at once, and print them with whatever secrets
 * they hold: here the capture is told, so that what has been received reaches the disk before the program ends. It does not go on: nobody
 * knows what such an error left undone.
 */
export function watchForBugs(scrub: (text: string) => string, onBug: (error: Error) => void): BugWatch {
  let first: Error | undefined
  const onUncaught = (thrown: unknown): void => {
    if (first !== undefined) return
    first = scrubbed(thrown, scrub)
    setTimeout(() => process.exit(EXIT.bug), LAST_MS).unref()
    onBug(first)
  }
  // Rejections come here as well, unless somebody listens for them.
  process.on('uncaughtException', onUncaught)
  return {
    get error() {
      return first
    },
    end: () => void process.off('uncaughtException', onUncaught),
  }
}

function scrubbed(thrown: unknown, scrub: (text: string) => string): Error {
  const error = new Error(scrub(thrown instanceof Error ? thrown.message : String(thrown)))
  if (thrown instanceof Error) error.stack = scrub(thrown.stack ?? String(thrown))
  return error
}
