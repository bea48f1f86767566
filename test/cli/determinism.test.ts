import { mkdtempSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { runMds, sha256 } from '../support/run-mds.js'

// The same recording gives the same bytes: whatever the machine's zone and locale, however its files are named, split, packed or fed.

const folder = mkdtempSync(join(tmpdir(), 'mds-determinism-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
const at = (name: string): string => join(folder, name)
const SYNTH = 'synth -q --date 20251006 --instruments 24 --mode mixed --until 10:45'.split(' ')

beforeAll(async () => {
  ensureBuilt()
  // `plain` and `faulty` have files of an hour each, `alone` holds the bytes of `plain` in one.
  for (const flags of [
    '--profile plain --data-dir whole',
    '--profile faulty --data-dir hurt --faults all --seed 2',
    '--profile plain --data-dir alone --single-file',
  ])
    expect(await runMds([...SYNTH, ...flags.split(' ')], { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
})

/** Environments that have tripped programs: half-hour and quarter-hour zones, a zone west of Greenwich, one that skipped a day; a decimal comma, other digits, the Turkish i. */
const PLACES = [
  { TZ: 'Asia/Kolkata', LC_ALL: 'hi_IN.UTF-8', LANG: 'hi_IN.UTF-8' },
  { TZ: 'America/New_York', LC_ALL: 'de_DE.UTF-8', LANG: 'de_DE.UTF-8' },
  { TZ: 'Asia/Kathmandu', LC_ALL: 'tr_TR.UTF-8', LANG: 'tr_TR.UTF-8' },
  { TZ: 'Pacific/Apia', LC_ALL: 'C', LANG: 'C' },
]
const HOME = { TZ: 'UTC', LC_ALL: 'C', LANG: 'C' }

async function digest(line: string, env: Readonly<Record<string, string>> = HOME): Promise<string> {
  const { code, stdout, stderr } = await runMds(line.split(' '), { cwd: folder, env })
  expect({ line, code, bytes: stdout.length > 0 }, stderr).toEqual({ line, code: 0, bytes: true })
  return sha256(stdout)
}

const HURT = '20251006 --data-dir hurt -q'
const WHOLE = '20251006 --data-dir whole -q'

const COMMANDS = [
  `decode ${HURT} --format ndjson`,
  `decode ${HURT} --format csv`,
  `decode ${HURT} --format parquet`,
  `decode ${HURT} --format arrow`,
  `decode ${WHOLE} --format table`,
  `candles ${HURT} --format ndjson --tf 1m,5m,1h,1d`,
  `candles ${HURT} --format csv --clock exchange --auction fold --fill forward`,
  `candles ${HURT} --format parquet --clock arrival --gap-volume spread`,
  `candles ${HURT} --format arrow --late revise --gap-volume last`,
  `candles ${WHOLE} --format table --tf 15m --style heikin-ashi`,
  `candles ${WHOLE} --format csv --bars tick:20,volume:5000,value:1000000,imbalance:50,renko:2`,
  `replay ${HURT} --speed max --emit ticks,candles --tf 2m`,
  `info ${HURT} --json`,
  `info ${WHOLE}`,
]

test.each(COMMANDS)('anywhere: mds %s', async (line) => {
  const here = await digest(line)
  for (const place of PLACES) expect(await digest(line, place), JSON.stringify(place)).toBe(here)
})

test('anywhere: mds synth', async () => {
  for (const [index, place] of PLACES.entries()) {
    const made = await runMds(
      [...SYNTH, '--profile', 'faulty', '--data-dir', `again-${index}`, '--faults', 'all', '--seed', '2'],
      { cwd: folder, env: place },
    )
    expect(made.code).toBe(0)
    for (const name of readdirSync(at('hurt/faulty')))
      expect(readFileSync(at(`again-${index}/faulty/${name}`)).equals(readFileSync(at(`hurt/faulty/${name}`))), name).toBe(true)
    rmSync(at(`again-${index}`), { recursive: true })
  }
})

test('at any speed', async () => {
  // Six virtual minutes around a bar's end.
  const line = `replay ${HURT} --emit ticks,candles --from 09:14:57 --to 09:21:01 --speed`
  const at_once = await digest(`${line} max`)
  for (const speed of ['1000x', '300x']) expect(await digest(`${line} ${speed}`), speed).toBe(at_once)
  expect(await digest(`${line} 100x --max-wait 5ms`)).toBe(at_once)
})

const READINGS = [
  { command: 'decode --format ndjson', data_dir: 'hurt', profile: 'faulty' },
  { command: 'candles --format csv --tf 1m,3m', data_dir: 'hurt', profile: 'faulty' },
  { command: 'candles --format parquet', data_dir: 'whole', profile: 'plain' },
  { command: 'replay --speed max --emit ticks,candles', data_dir: 'hurt', profile: 'faulty' },
] as const

describe('however the files are named', () => {
  test.each(READINGS)('mds $command', async ({ command, data_dir, profile }) => {
    const parts = readdirSync(at(`${data_dir}/${profile}`))
      .filter((name) => name.endsWith('.bin'))
      .map((name) => `${data_dir}/${profile}/${name}`)
    expect(parts.length).toBeGreaterThan(2)
    const by_day = await digest(`${command} 20251006 --data-dir ${data_dir} -q`)
    for (const words of [
      `--data-dir ${data_dir}`,
      `2025-10-06 --data-dir ${data_dir}/${profile}`,
      `${data_dir}/${profile}`,
      at(data_dir),
      `${data_dir}/${profile}/*.bin`,
      `${data_dir}/${profile}/${profile}_20251006_????.bin`,
      parts.join(' '),
      [...parts].reverse().join(' '),
      // some twice, one of them by another path
      [...parts.slice(1), parts[0], ...parts.slice(0, 2), at(parts[0] ?? '')].join(' '),
    ])
      expect(await digest(`${command} ${words} -q`), words).toBe(by_day)
  })
})

describe('however the bytes come', () => {
  test.each(READINGS)('mds $command', async ({ command }) => {
    const file = readdirSync(at('alone/plain')).find((name) => name.endsWith('.bin')) ?? ''
    const bytes = readFileSync(at(`alone/plain/${file}`))
    const same = await digest(`${command} alone/plain/${file} -q`)
    expect(await digest(`${command} ${WHOLE}`), 'one file, or one an hour').toBe(same)

    const plain = at(`alone/plain/${file}`)
    const hidden = at('hidden')
    renameSync(plain, hidden)
    for (const [ending, pack] of [
      ['.gz', 'gzip -c'],
      ['.zst', 'zstd -qc'],
    ] as const) {
      const packed = await runMds([], { cwd: folder, shell: `${pack} hidden > alone/plain/${file}${ending}` })
      expect(packed.stderr).toBe('')
      expect(await digest(`${command} 20251006 --data-dir alone -q`), ending).toBe(same)
      rmSync(at(`alone/plain/${file}${ending}`))
    }
    renameSync(hidden, plain)

    // A stream has no name, so it finds no master by itself.
    const master = 'alone/plain/plain_20251006.instruments.csv'
    const line = `${command} - -q --instruments ${master}`.split(' ')
    const pieces = [bytes.subarray(0, 1), bytes.subarray(1, 14), ...cut(bytes.subarray(14), 7919)]
    const zipped = gzipSync(bytes)
    for (const [name, input] of [
      ['at once', [bytes]],
      ['odd pieces', pieces],
      ['zipped, odd pieces', cut(zipped, 997)],
    ] as const) {
      const { code, stdout, stderr } = await runMds(line, { cwd: folder, env: HOME, input })
      expect(code, stderr).toBe(0)
      expect(sha256(stdout), name).toBe(same)
    }
    const piped = await runMds([], {
      cwd: folder,
      env: HOME,
      shell: `mkfifo queue.bin; (head -c 5000 ${plain}; sleep 0.2; tail -c +5001 ${plain}) > queue.bin & $MDS ${command} queue.bin -q --instruments ${master}`,
    })
    rmSync(at('queue.bin'))
    expect(sha256(piped.stdout), 'a named pipe').toBe(same)
  })
})

test('profiles are merged by what they are, not by where they are named', async () => {
  for (const { command } of READINGS.slice(0, 3)) {
    const same = await digest(`${command} whole hurt -q`)
    for (const words of ['hurt whole', 'hurt/faulty whole/plain', 'hurt/*/*.bin whole/*/*.bin', `${at('hurt')} whole hurt`])
      expect(await digest(`${command} ${words} -q`), words).toBe(same)
  }
})

const cut = (bytes: Uint8Array, size: number): Uint8Array[] =>
  Array.from({ length: Math.ceil(bytes.length / size) }, (_, n) => bytes.subarray(n * size, (n + 1) * size))
