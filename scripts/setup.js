// Installs and builds what is missing, with Node and npm alone: what `npm start` and `npm test` call first on a bare clone.
import { spawnSync } from 'node:child_process'
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { fileURLToPath } from 'node:url'

export const root = dirname(dirname(fileURLToPath(import.meta.url)))
const STAMP = `${root}/node_modules/.mds-lock`

/** Runs a command; a failure ends the script with its exit code. */
export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, {
    cwd: root,
    stdio: 'inherit',
    shell: process.platform === 'win32',
    ...options,
  })
  if (error) throw error
  if (status !== 0) process.exit(status ?? 1)
}

/** Packages are installed when they are missing or the lockfile is another one than last time. */
export function install() {
  const lock = readFileSync(`${root}/package-lock.json`, 'utf8')
  if (existsSync(STAMP) && readFileSync(STAMP, 'utf8') === lock) return
  console.error('Installing packages (once) ...')
  // Not `npm ci`: it refuses a lockfile that lacks the native packages of other platforms, as one made behind a partial mirror does.
  run('npm', ['install', '--no-save', '--no-audit', '--no-fund', '--loglevel=error'])
  mkdirSync(dirname(STAMP), { recursive: true })
  writeFileSync(STAMP, lock)
}

export function build() {
  run(process.execPath, ['scripts/build.js'])
}
