// All checks: installs and builds what is missing, then types, lint, format and every test. Arguments go to vitest.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build, install, root, run } from './setup.js'

install()
build()
run('npx', ['tsc', '-p', '.'])
run('npx', ['tsc', '-p', 'src/report-page'])
run('npx', ['biome', 'check', '--error-on-warnings', '.'])

const folder = mkdtempSync(join(tmpdir(), 'mds-test-'))
const report = join(folder, 'report.json')
const { status } = spawnSync(
  'npx',
  ['vitest', 'run', '--reporter=default', '--reporter=json', `--outputFile.json=${report}`, ...process.argv.slice(2)],
  {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
)
const { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped } = JSON.parse(readFileSync(report, 'utf8'))
rmSync(folder, { recursive: true })
console.log(`\n${passed} passed, ${failed} failed, ${skipped} skipped`)
process.exit(status ?? 1)
