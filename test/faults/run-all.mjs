// All scripts of this folder, one after another: about half an hour; `--quick`: some minutes, fewer kills and cuts. Ends with 1 when one of them fails.
// What it needs and is not there is left out, and said so: strace, prlimit, libfaketime, redis-server, and root for file systems, networks and cgroups.

import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))
const quick = process.argv.includes('--quick')
const RUNS = [
  ['capture-kill.mjs', quick ? ['--runs', '30', '--to', '10'] : ['--runs', '200', '--to', '40']],
  ['capture-disk.mjs', []],
  ['capture-clock.mjs', []],
  ['capture-power.mjs', ['--cuts', quick ? '3' : '10']],
  ['capture-net.mjs', []],
  ['capture-process.mjs', []],
  ['burst.mjs', quick ? ['--seconds', '40', '--burst', '15'] : []],
  ['kill9.mjs', ['--runs', quick ? '30' : '200']],
  ['killat.mjs', quick ? ['--to', '50', '--step', '5'] : []],
  ['injected.mjs', []],
  ['full-disk.mjs', []],
  ['power-cut.mjs', ['--cuts', quick ? '3' : '10']],
  ['power-cut.mjs', ['--cuts', quick ? '3' : '10', '--rotate']],
]
const failed = RUNS.filter(([script, args]) => {
  console.log(`\n${script} ${args.join(' ')}`)
  return spawnSync(process.execPath, [join(HERE, script), ...args], { stdio: 'inherit' }).status !== 0
})
console.log(failed.length === 0 ? '\nAll as expected.' : `\nNot as expected: ${failed.map(([script]) => script).join(', ')}`)
process.exit(failed.length === 0 ? 0 : 1)
