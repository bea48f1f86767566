// Writes what the program prints now as what is expected of it, for all cases of fixtures/ or those named. Read the difference before you commit it.

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { build } from 'esbuild'

if (process.env.CI !== undefined && process.env.CI !== '' && process.env.CI !== 'false') {
  process.stderr.write(
    'Expected files are reviewed like code: golden:update does not run in CI. Run it on your machine and commit the result.\n',
  )
  process.exit(2)
}
execFileSync(process.execPath, ['scripts/build.js'], { stdio: 'inherit' })
const folder = mkdtempSync(join(tmpdir(), 'mds-golden-'))
try {
  const outfile = join(folder, 'cases.mjs')
  await build({
    entryPoints: ['test/golden/cases.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    logLevel: 'warning',
  })
  const { goldenCases } = await import(pathToFileURL(outfile).href)
  const wanted = process.argv.slice(2)
  const cases = goldenCases().filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  for (const golden of cases) {
    await golden.update()
    process.stdout.write(`${golden.name}\n`)
  }
  if (cases.length === 0) throw new Error(`no case of fixtures/ is named ${wanted.join(', ')}`)
} finally {
  rmSync(folder, { recursive: true, force: true })
}
