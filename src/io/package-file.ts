import { existsSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { assert } from '../core/assert.js'

/**
 * Path of a file that ships with mds, e.g. `config/calendar.json`. The program runs from `src/` and, bundled, from `dist/`, so the root of the
 * package is looked for upwards from here: the first folder whose package.json is ours.
 */
export function packageFile(path: string, from: string = import.meta.url): string {
  for (let folder = dirname(fileURLToPath(from)); ; folder = dirname(folder)) {
    if (isOurs(join(folder, 'package.json'))) return join(folder, path)
    assert(dirname(folder) !== folder, 'mds runs from inside its package')
  }
}

function isOurs(package_json: string): boolean {
  if (!existsSync(package_json)) return false
  const content: unknown = JSON.parse(readFileSync(package_json, 'utf8'))
  return typeof content === 'object' && content !== null && 'name' in content && content.name === 'mds'
}
