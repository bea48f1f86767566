// Row 26: ten times the load of three full connections for a while (`scripts/load.js`). `node test/faults/burst.mjs [--seconds 60] [--burst 60]`

import { spawnSync } from 'node:child_process'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { option, report } from './lib.mjs'

const [seconds, burst] = [Number(option('seconds', 120)), Number(option('burst', 60))]
const load = join(dirname(fileURLToPath(import.meta.url)), '../../scripts/load.js')
const { status, stdout, stderr } = spawnSync(process.execPath, [load, String(seconds), String(burst)], { encoding: 'utf8' })
const [, p99_ms, max_ms] = /from socket to file p99 ([\d.]+) ms, max ([\d.]+) ms/.exec(stdout) ?? []
const failures = []
if (status !== 0) failures.push(`scripts/load.js ends with ${status}: ${stdout.trim()} ${stderr.trim().slice(-300)}`)
if (!(Number(p99_ms) < 20)) failures.push(`p99 from socket to file is ${p99_ms} ms (aim 20)`)
const packets = [...stdout.matchAll(/(\d+) packets/g)].reduce((sum, [, count]) => sum + Number(count), 0)
report(
  'burst-10x',
  failures,
  `${packets} packets in ${seconds} s, ten times as many a second for ${burst} s, ${status === 0 ? 'the same bytes recorded' : 'NOT all recorded'}; p99 from socket to file ${p99_ms} ms, max ${max_ms} ms; ${/[\d.]+ % of a core, \d+ MB/.exec(stdout)?.[0]}`,
  'capture',
)
