// Measures how many planted patterns the detectors find and how often they speak of nothing, and puts the tables into docs/patterns.md. About a minute.
import { run } from './setup.js'

process.env.UPDATE_GOLDEN = '1'
run('npx', ['vitest', 'run', 'test/core/patterns/recall.test.ts'])
