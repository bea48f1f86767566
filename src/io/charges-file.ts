import { type ChargeTable, readCharges } from '../core/charges/index.js'
import { usageError } from '../core/errors.js'
import { packageFile } from './package-file.js'
import { readUserFile } from './read-user-file.js'

/** The charges of `path`, or those that ship with mds. */
export async function loadCharges(path: string = packageFile('config/charges.json')): Promise<ChargeTable> {
  const bytes = await readUserFile(path, {
    what: 'table of charges',
    suggestion: 'Leave --charges out to use the table that ships with mds.',
  })
  return readCharges(parsed(bytes.toString('utf8'), path), path)
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw usageError(
      'bad_charges',
      `${path}: expected JSON, found text that is none (${error instanceof Error ? error.message : error}).`,
    )
  }
}
