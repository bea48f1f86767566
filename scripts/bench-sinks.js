// Measures what the sinks of docs/sinks.md hand on, on this machine. Needs redis-server.
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { build as bundle } from 'esbuild'
import { root, run } from './setup.js'

const outfile = join(root, 'dist/bench/sinks.js')
mkdirSync(join(root, 'dist/bench'), { recursive: true })
await bundle({
  entryPoints: [join(root, 'test/bench/sinks.ts')],
  outfile,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'warning',
})
run(process.execPath, [outfile])
