// Bundles the program: one file for the bin with oclif inside (a third of the start-up time), one per command, shared chunks.

import { execFileSync } from 'node:child_process'
import { readdirSync, rmSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'
import { buildReportPage } from './report-page.js'

const commands = readdirSync('src/commands', { recursive: true }).filter((name) => name.endsWith('.ts') && name !== 'base.ts')
const external = [
  'apache-arrow',
  'csv-parse',
  'fzstd',
  '@bokuweb/zstd-wasm',
  'hyparquet',
  'hyparquet-writer',
  'typescript',
  'ws',
  'ioredis',
  'jiti',
]

rmSync('dist', { recursive: true, force: true })
await build({
  entryPoints: ['src/bin.ts', 'src/index.ts', ...commands.map((name) => `src/commands/${name}`)],
  outdir: 'dist',
  outbase: 'src',
  bundle: true,
  splitting: true,
  platform: 'node',
  // Where node_modules is a link, its target's path would stand in the comments of the bundle.
  preserveSymlinks: true,
  format: 'esm',
  target: 'node20',
  external: external.flatMap((name) => [name, `${name}/*`]),
  // oclif and its dependencies are CommonJS and ask for `require`.
  banner: {
    js: "import { createRequire as mdsCreateRequire } from 'node:module'; const require = mdsCreateRequire(import.meta.url);",
  },
  logLevel: 'warning',
})
await buildReportPage()
if (process.argv.includes('--types')) execFileSync('npx', ['tsc', '-p', 'tsconfig.types.json'], { stdio: 'inherit' })

// What oclif needs to know of the commands without loading them.
const { Plugin } = await import('@oclif/core')
rmSync('oclif.manifest.json', { force: true })
const plugin = new Plugin({ root: process.cwd(), ignoreManifest: true, errorOnManifestCreate: true, respectNoCacheDefault: true })
await plugin.load()
writeFileSync('oclif.manifest.json', `${JSON.stringify(plugin.manifest, null, 1)}\n`)
