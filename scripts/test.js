// All checks: installs and builds what is missing, then types, lint, format and every test. Arguments go to vitest.
import { build, install, run } from './setup.js'

install()
build()
run('npx', ['tsc', '-p', '.'])
run('npx', ['biome', 'check', '--error-on-warnings', '.'])
run('npx', ['vitest', 'run', ...process.argv.slice(2)])
