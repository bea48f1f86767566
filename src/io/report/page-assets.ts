import { createHash } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { assert } from '../../core/assert.js'
import { embeddedScript, type PageAssets } from '../../core/report/index.js'
import { packageFile } from '../package-file.js'

/** Script, style and licences of report pages, which `scripts/build.js` makes of `src/report-page`. */
export function loadPageAssets(): PageAssets {
  const script = built('page.js')
  return {
    script,
    script_sha256: createHash('sha256').update(embeddedScript(script)).digest('base64'),
    style: built('page.css'),
    licences: built('licences.txt'),
  }
}

function built(name: string): string {
  const text = readFileSync(packageFile(`dist/report-page/${name}`), 'utf8')
  assert(text.length > 0, `${name} of the report page was built`)
  return text
}
