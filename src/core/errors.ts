/** Exit codes of every command; documented in the command reference. */
export const EXIT = { ok: 0, bug: 1, usage: 2, unreadable: 3, validation_failed: 4, feed: 5, interrupted: 130 } as const

export type ExitCode = (typeof EXIT)[keyof typeof EXIT]

/** What a person needs to mend it. */
export interface MdsErrorDetails {
  /** What was expected and what was found, in one sentence. */
  message: string
  /** What to try: commands that work when pasted, or a short hint. */
  suggestions?: readonly string[]
  exitCode: ExitCode
}

/** Something the user can mend. `code` and `exitCode` are interface, the words are not. Bad data is a `Diagnostic`, our bugs are `assert`s. */
export class MdsError extends Error {
  override readonly name = 'MdsError'
  readonly code: string
  readonly suggestions: readonly string[]
  readonly exitCode: ExitCode

  constructor(code: string, details: MdsErrorDetails) {
    super(details.message)
    this.code = code
    this.suggestions = details.suggestions ?? []
    this.exitCode = details.exitCode
  }
}

/** The user said stop. */
export const interrupted = (): MdsError => new MdsError('interrupted', { message: 'Interrupted.', exitCode: EXIT.interrupted })

/** A mistake in how the command was called: exit code 2. */
export function usageError(code: string, message: string, ...suggestions: string[]): MdsError {
  return new MdsError(code, { message, suggestions, exitCode: EXIT.usage })
}
