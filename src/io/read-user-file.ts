import { readFile } from 'node:fs/promises'
import { EXIT, MdsError, usageError } from '../core/errors.js'

/** What a file is to the user: how to call it, and the command line that would give another. */
export interface FileRole {
  /** `instrument file`, `calendar` */
  readonly what: string
  readonly suggestion: string
}

/** The bytes of a file the user named. A name that leads nowhere or to a folder is told apart from a file that can't be read. */
export async function readUserFile(path: string, { what, suggestion }: FileRole): Promise<Buffer> {
  try {
    return await readFile(path)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'EISDIR')
      throw usageError('not_a_file', `Expected the ${what} ${path} to be a file, found a folder.`, suggestion)
    const reason = code === 'ENOENT' ? 'there is no such file' : `it can't be read (${String(code ?? error)})`
    throw new MdsError(code === 'ENOENT' ? 'no_such_file' : 'unreadable_file', {
      message: `Expected the ${what} ${path}: ${reason}.`,
      suggestions: [suggestion],
      exitCode: EXIT.unreadable,
    })
  }
}
