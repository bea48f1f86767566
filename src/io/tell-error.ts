import type { MdsErrorDetails } from '../core/errors.js'
import { escaped } from '../core/escaped.js'

/** One line that says what was expected and found, then what to try, on stderr; with `as_json` one object on standard output instead. */
export function tellError(code: string, { message, suggestions = [], exitCode }: MdsErrorDetails, as_json: boolean): void {
  process.exitCode = exitCode
  if (as_json) {
    process.stdout.write(`${JSON.stringify({ error: { code, message, suggestions, exit_code: exitCode } }, null, 2)}\n`)
    return
  }
  process.stderr.write(`Error: ${escaped(message)}\n`)
  for (const suggestion of suggestions) process.stderr.write(`  Try: ${escaped(suggestion)}\n`)
}
