import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { bareEnvironment, listing, MDS, type Outcome, ROOT, runMds } from '../support/run-mds.js'

// Whatever a person gets wrong: one line that says so, lines that say what to try, the exit code, and nothing left behind.

const folder = mkdtempSync(join(tmpdir(), 'mds-bad-input-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const DAY = 'raw_ticks/synth/synth_20251006_0900.bin'
const PNG = Buffer.from('89504e470d0a1a0a0000000d49484452000000100000001008060000001ff3ff61', 'hex')

beforeAll(async () => {
  ensureBuilt()
  const synth = await run('synth --date 20251006 --instruments 8 --until 09:40 --faults all --quiet')
  expect(synth.code).toBe(0)
  writeFileSync(at('empty.bin'), '')
  writeFileSync(at('picture.bin'), Buffer.concat([PNG, Buffer.alloc(5000, 0xa5)]))
  writeFileSync(at('prose.bin'), 'It was the best of times, it was the worst of times.\n'.repeat(40))
  writeFileSync(at('cut.bin.gz'), gzipSync(readFileSync(at(DAY))).subarray(0, 9))
  writeFileSync(at('broken.json'), '{"stocks": [')
  writeFileSync(at('other.json'), '{"colour": "blue"}')
  writeFileSync(at('list.json'), '[1, 2, 3]')
  writeFileSync(at('damaged.csv'), '"instrument_token,exchange\n1,2\n')
  writeFileSync(at('other.csv'), 'name,colour\nsky,blue\n')
  writeFileSync(at('nothing.csv'), '')
  writeFileSync(at('damaged.csv.gz'), gzipSync('instrument_token,exchange_token,tradingsymbol\n').subarray(0, 20))
  writeFileSync(at('taken'), 'a file where a folder is wanted')
  mkdirSync(at('a-folder'))
})

const run = (line: string): Promise<Outcome> => runMds(wordsOf(line), { cwd: folder })
/** Words between spaces; `''` is an empty one. */
const wordsOf = (line: string): string[] =>
  line
    .split(' ')
    .filter((word) => word !== '')
    .map((word) => (word === "''" ? '' : word))

interface Wrong {
  readonly line: string
  readonly code: 2 | 3
  /** In the line that begins with `Error:`. */
  readonly says: RegExp
  /** In one of the lines that begin with `Try:`. */
  readonly tries?: RegExp
}

const READERS = ['candles', 'decode', 'info', 'replay --speed max']
/** The same wrong words after each of the commands. */
const afterEach = (commands: readonly string[], wrong: Wrong): Wrong[] =>
  commands.map((command) => ({ ...wrong, line: `${command} ${wrong.line}` }))

const WRONG: readonly Wrong[] = [
  // what to read
  ...afterEach(READERS, { line: '--data-dir nowhere', code: 3, says: /no recordings in nowhere/ }),
  ...afterEach(READERS, {
    line: '20251007',
    code: 3,
    says: /No recordings of 2025-10-07 in raw_ticks; the newest day there is 2025-10-06/,
    tries: /mds info 20251006/,
  }),
  ...afterEach(READERS, { line: 'empty.bin', code: 3, says: /Expected a recording in empty\.bin, found nothing \(0 bytes\)/ }),
  ...afterEach(READERS, {
    line: 'picture.bin',
    code: 3,
    says: /Expected a recording in picture\.bin, found 5033 bytes in which/,
  }),
  ...afterEach(READERS, { line: 'prose.bin', code: 3, says: /Expected a recording in prose\.bin/ }),
  ...afterEach(READERS, { line: 'a-folder', code: 3, says: /No recordings .* in the folder a-folder/ }),
  ...afterEach(READERS, { line: 'nowhere.bin', code: 3, says: /"nowhere\.bin" is no date, file, folder or pattern that exists/ }),
  ...afterEach(READERS, { line: 'raw_ticks/*/x*.bin', code: 3, says: /Nothing matches raw_ticks/ }),
  { line: 'candles empty.bin picture.bin', code: 3, says: /empty\.bin, picture\.bin/ },
  { line: 'candles cut.bin.gz', code: 3, says: /cut\.bin\.gz/ },
  { line: `decode ${DAY}/part.bin`, code: 3, says: /part\.bin/ },
  { line: 'candles --profile nobody', code: 3, says: /profile nobody/ },
  { line: 'info 20251301', code: 2, says: /"20251301" is no date: expected YYYYMMDD/ },
  { line: 'candles 2025-1-1', code: 2, says: /"2025-1-1" is no date/ },
  { line: 'candles 2025-02-30', code: 2, says: /"2025-02-30" is no date/ },
  { line: 'synth --date 20251301', code: 2, says: /"20251301" is no date/ },
  { line: 'synth', code: 2, says: /--date|Missing required flag date/ },
  // where to write
  { line: `candles ${DAY} -o a-folder/ --layout file`, code: 2, says: /a-folder\/ is a folder/ },
  { line: `decode ${DAY} -o a-folder`, code: 2, says: /a-folder is a folder/ },
  { line: `replay ${DAY} --speed max -o a-folder`, code: 2, says: /a-folder is a folder/ },
  { line: `candles ${DAY} -o taken --layout hive`, code: 2, says: /taken is a file/ },
  ...afterEach(['candles', 'decode', 'replay --speed max'], {
    line: `${DAY} -o nowhere/out.csv`,
    code: 3,
    says: /Cannot write nowhere\/out\.csv: its folder does not exist/,
    tries: /mkdir -p nowhere/,
  }),
  { line: `candles ${DAY} -o taken/out.csv`, code: 3, says: /Cannot write taken\/out\.csv/ },
  { line: `candles ${DAY} -o taken/`, code: 2, says: /taken\/ is a file/ },
  { line: `candles ${DAY} -o taken/deep/ --layout hive`, code: 3, says: /Cannot write taken\/deep/ },
  { line: `decode ${DAY} -o taken/out.csv`, code: 3, says: /Cannot write taken\/out\.csv/ },
  ...afterEach(['candles', 'decode', 'replay --speed max'], { line: `${DAY} -o ''`, code: 2, says: /output/i }),
  { line: 'synth --date 20251006 --data-dir taken --until 09:01', code: 3, says: /Cannot write taken/ },
  { line: 'synth --date 20251006', code: 2, says: /already holds/, tries: /--force/ },
  // what to take
  ...afterEach(['candles', 'decode', 'replay --speed max'], {
    line: `${DAY} --symbol RELIANC`,
    code: 2,
    says: /RELIANC/,
    tries: /RELIANCE/,
  }),
  { line: 'candles empty.bin --symbol RELIANCE', code: 2, says: /no instrument master/, tries: /--instruments/ },
  ...['0m', '5x', '-1m', '99999m', "''", '1.5m', 'm', '1m,5x'].flatMap((tf) =>
    ['candles', 'replay --speed max'].map((command) => ({
      line: `${command} ${DAY} --tf=${tf === "''" ? '' : tf}`,
      code: 2 as const,
      says: /bar interval/,
      tries: /--tf/,
    })),
  ),
  ...['tick:0', 'volume', 'volume:-5', 'colour:5', 'renko:x'].map((bars) => ({
    line: `candles ${DAY} --bars ${bars}`,
    code: 2 as const,
    says: /bar/,
  })),
  ...['25:00', '9', 'noon', '2025-10-06T09:15:00', '09:15:00.5.5', "''"].flatMap((time) =>
    ['decode', 'replay --speed max'].map((command) => ({
      line: `${command} ${DAY} --from=${time === "''" ? '' : time}`,
      code: 2 as const,
      says: /--from .*is no time: expected HH:MM/,
      tries: /--from 09:15/,
    })),
  ),
  ...afterEach(['decode', 'replay --speed max'], {
    line: `${DAY} --from 10:00 --to 09:00`,
    code: 2,
    says: /nothing lies between/,
  }),
  ...afterEach(['candles', 'decode', 'replay --speed max'], {
    line: `${DAY} --format xlsx`,
    code: 2,
    says: /No format is named xlsx; expected one of ndjson, csv/,
  }),
  { line: `decode ${DAY} --fields last_prize`, code: 2, says: /last_prize/, tries: /last_price/ },
  { line: `decode ${DAY} --limit -1`, code: 2, says: /--limit/ },
  { line: `decode ${DAY} --limit many`, code: 2, says: /--limit/ },
  { line: `decode ${DAY} --token x`, code: 2, says: /--token/ },
  { line: `replay ${DAY} --speed fast`, code: 2, says: /fast/ },
  { line: `replay ${DAY} --emit trades`, code: 2, says: /trades/ },
  { line: 'synth --date 20251006 --profile p --rate 5 --packets 7', code: 2, says: /rate.*packets|packets.*rate/ },
  { line: 'synth --date 20251006 --profile p --instruments 0', code: 2, says: /1 to 9000/ },
  { line: 'synth --date 20251006 --profile ../p', code: 2, says: /profile/ },
  { line: 'synth --date 20251006 --profile p --faults some', code: 2, says: /some/ },
  { line: 'synth --date 20251006 --profile p --rate lots', code: 2, says: /lots/ },
  { line: 'synth --date 20251006 --profile p --start 15:00 --until 10:00', code: 2, says: /ends after it begins/ },
  { line: `candles ${DAY} --layout per-symbol -o out --format csv`, code: 2, says: /Parquet only/ },
  { line: `candles ${DAY} --layout per-symbol`, code: 2, says: /expected a folder/ },
  { line: `candles ${DAY} --clock wall`, code: 2, says: /--clock=wall/ },
  { line: `replay ${DAY} --speed max --emit ticks,candles --format csv`, code: 2, says: /one kind only/ },
  ...afterEach([...READERS, 'synth'], { line: '--bogus', code: 2, says: /--bogus/, tries: /--help/ }),
  // files that go with a recording
  ...afterEach(READERS, { line: `${DAY} --instruments nowhere.csv`, code: 3, says: /nowhere\.csv: there is no such file/ }),
  ...['damaged.csv', 'other.csv', 'nothing.csv', 'broken.json', 'other.json', 'list.json'].map((name) => ({
    line: `candles ${DAY} --instruments ${name}`,
    code: 2 as const,
    says: new RegExp(`${name.replace('.', '\\.')}: `),
  })),
  { line: `candles ${DAY} --instruments damaged.csv.gz`, code: 3, says: /damaged\.csv\.gz to be a whole gzip file/ },
  { line: `candles ${DAY} --instruments a-folder`, code: 2, says: /a-folder to be a file, found a folder/ },
  { line: `candles ${DAY} --calendar broken.json`, code: 2, says: /broken\.json: expected JSON/ },
  { line: `candles ${DAY} --calendar other.json`, code: 2, says: /other\.json/ },
  { line: `candles ${DAY} --calendar list.json`, code: 2, says: /list\.json/ },
  { line: `info ${DAY} --calendar nowhere.json`, code: 3, says: /nowhere\.json/ },
  { line: 'synth --date 20251006 --profile p --calendar broken.json', code: 2, says: /broken\.json/ },
  // the command itself
  { line: 'candels', code: 2, says: /"candels" is no command/, tries: /mds candles/ },
  { line: 'candels 20251005 --tf 5m', code: 2, says: /"candels" is no command/, tries: /mds candles/ },
  { line: 'nonsense', code: 2, says: /"nonsense" is no command/, tries: /mds --help/ },
  { line: '--bogus', code: 2, says: /"--bogus" is no command/, tries: /mds --help/ },
  { line: 'candles:oops', code: 2, says: /is no command/ },
  { line: 'help candels', code: 2, says: /"candels" is no command/, tries: /mds candles/ },
]

test.each(WRONG.map((wrong) => [wrong.line, wrong] as const))('mds %s', async (line, { code, says, tries }) => {
  const before = listing(folder)
  const outcome = await run(line)
  expectComplaint(outcome, code, says, tries)
  expect(listing(folder)).toEqual(before)
})

function expectComplaint(outcome: Outcome, code: number, says: RegExp, tries: RegExp = /./): void {
  const lines = outcome.stderr.split('\n').filter((text) => text !== '')
  const errors = lines.filter((text) => text.startsWith('Error: '))
  const suggestions = lines.filter((text) => text.startsWith('  Try: '))
  expect({ lines: lines.slice(0, 12), code: outcome.code }).toEqual({ lines: [...errors, ...suggestions], code })
  expect(errors).toEqual([expect.stringMatching(says)])
  expect(suggestions).toEqual(expect.arrayContaining([expect.stringMatching(tries)]))
  expect(outcome.stdout.toString('latin1')).toBe('')
}

test('mds alone, --help, -h and help show the commands', async () => {
  const alone = await run('')
  expect(alone.code).toBe(0)
  expect(alone.stdout.toString()).toMatch(/USAGE[\s\S]*candles[\s\S]*decode[\s\S]*info[\s\S]*replay[\s\S]*synth/)
  for (const line of ['--help', '-h', 'help']) expect((await run(line)).stdout.toString(), line).toBe(alone.stdout.toString())
  const of_candles = await run('candles --help')
  expect(of_candles.stdout.toString()).toMatch(/--tf/)
  for (const line of ['help candles', 'candles -h'])
    expect((await run(line)).stdout.toString(), line).toBe(of_candles.stdout.toString())
  const version = await run('--version')
  expect(version.stdout.toString()).toMatch(/^mds\/\d+\.\d+\.\d+ /)
  for (const line of ['-v', 'version']) expect((await run(line)).stdout.toString(), line).toBe(version.stdout.toString())
})

test.each(['candles', 'decode', 'replay --speed max'])('mds %s --json needs a file for the results', async (command) => {
  const before = listing(folder)
  const { code, stdout, stderr } = await run(`${command} ${DAY} --json`)
  expect({ code, stderr }).toEqual({ code: 2, stderr: '' })
  expect(JSON.parse(stdout.toString()).error).toMatchObject({ code: 'no_output', exit_code: 2 })
  expect(listing(folder)).toEqual(before)
})

test('--json tells errors as JSON, of the command line too', async () => {
  for (const [line, code] of [
    ['info 20251007 --json', 3],
    ['info --bogus --json', 2],
    ['candels --json', 2],
  ] as const) {
    const { code: exit, stdout, stderr } = await run(line)
    expect({ exit, stderr }, line).toEqual({ exit: code, stderr: '' })
    const { error } = JSON.parse(stdout.toString())
    expect(error).toMatchObject({
      exit_code: code,
      message: expect.any(String),
      suggestions: expect.arrayContaining([expect.any(String)]),
    })
  }
})

describe('--strict', () => {
  test.each(['candles', 'decode', 'replay --speed max'])('mds %s writes the result and exits 3', async (command) => {
    const lax = await run(`${command} -o lax.csv -q`)
    const strict = await run(`${command} -o strict.csv --strict`)
    expect([lax.code, strict.code]).toEqual([0, 3])
    expect(strict.stderr).toMatch(/--strict: the data has \d+ findings of damage or gaps/)
    expect(readFileSync(at('strict.csv')).length).toBeGreaterThan(1000)
    expect(readFileSync(at('strict.csv')).equals(readFileSync(at('lax.csv')))).toBe(true)
    for (const name of ['lax.csv', 'strict.csv']) rmSync(at(name))
  })

  test('mds info tells all the same', async () => {
    const [lax, strict] = [await run('info'), await run('info --strict')]
    expect([lax.code, strict.code]).toEqual([0, 3])
    expect(strict.stdout.equals(lax.stdout)).toBe(true)
  })
})

describe('a reader that goes away', () => {
  const LINES = [
    ...['ndjson', 'csv', 'parquet', 'arrow', 'table'].flatMap((format) => [
      `candles --format ${format} --tf 1m,2m,3m`,
      `decode --format ${format}`,
      `replay --speed max --format ${format}`,
    ]),
    'info',
    'info --json',
    '--help',
    'candles --help',
  ]
  test.each(LINES)('mds %s | head', async (line) => {
    const quiet = line.includes('help') || line.startsWith('info') ? '' : '-q'
    const { stdout, stderr } = await runMds([], {
      cwd: folder,
      shell: `$MDS ${line} ${quiet} 2> >(grep -v '^No session named' >&2) | head -c 1 > /dev/null; echo \${PIPESTATUS[0]}`,
    })
    expect({ code: stdout.toString().trim(), stderr }).toEqual({ code: '0', stderr: '' })
  })
})

describe.runIf(process.platform === 'linux')('what only the kernel can do', () => {
  const LINES = [
    'candles --format ndjson',
    'candles --format parquet',
    'decode',
    'decode --format csv',
    'replay --speed max',
    'replay --speed max --format arrow',
  ]

  test.each(LINES)('mds %s > /dev/full', async (line) => {
    const before = listing(folder)
    const outcome = await runMds([], { cwd: folder, shell: `$MDS ${line} -q > /dev/full` })
    expectComplaint(outcome, 3, /Cannot write standard output: no space is left on its disk \(ENOSPC\)/)
    expect(listing(folder)).toEqual(before)
  })

  test.each(['info', 'info --json', '--help'])('mds %s > /dev/full', async (line) => {
    const outcome = await runMds([], { cwd: folder, shell: `$MDS ${line} > /dev/full` })
    expectComplaint({ ...outcome, stderr: outcome.stderr.replace(/^No session.*\n/, '') }, 3, /Cannot write standard output/)
  })

  test.each(LINES)('mds %s -o /dev/full', async (line) => {
    expectComplaint(await run(`${line} -q -o /dev/full`), 3, /Cannot write \/dev\/full: no space is left on its disk/)
  })

  // A disk of 64 kB in a mount namespace of its own: it is gone when the shell ends, whatever happens.
  const disk = (line: string): string => `mkdir -p small && unshare -m ${process.getuid?.() === 0 ? '' : '-Ur'} bash -c '
    mount -t tmpfs -o size=64k none small || exit 99
    ${line}
    code=$?; ls -AR small; exit $code'`
  const can_mount = spawnSync('bash', ['-c', disk('true')], { cwd: folder }).status === 0
  if (!can_mount) console.warn('No disk can be mounted here: full disks are tested with /dev/full alone.')

  test
    .runIf(can_mount)
    .each([
      'candles -q --tf 1m,2m,3m,4m,5m -o small/out.ndjson',
      'candles -q --tf 1m,2m,3m,4m,5m,6m,7m,8m,9m -o small/out.arrow',
      'decode -q -o small/out.ndjson',
      'decode -q -o small/out.parquet',
      'replay -q --speed max -o small/out.csv',
      'candles -q --tf 1m,2m,3m,4m,5m -o small --format ndjson --layout hive',
      'synth -q --date 20251006 --instruments 8 --profile p --data-dir small',
    ])('a full disk: mds %s', async (line) => {
    const outcome = await runMds([], { cwd: folder, shell: disk(`$MDS ${line}`) })
    const left = outcome.stdout.toString().trim()
    expectComplaint({ ...outcome, stdout: Buffer.of() }, 3, /Cannot write small.*: no space is left on its disk/)
    expect(left).not.toMatch(/out\.|\.tmp|\.bin|\.csv/) // partitions that were complete stay
  })

  test('a recording that fails while it is read', async () => {
    symlinkSync('/proc/self/mem', at('failing.bin')) // its first page can't be read, not even by root
    for (const command of READERS)
      expectComplaint(await run(`${command} failing.bin`), 3, /Cannot read the recording failing\.bin: the disk failed/)
    rmSync(at('failing.bin'))
  })

  // Root may read everything, so another user tries. Nobody (65534) must be able to reach the program.
  const as_nobody = process.getuid?.() === 0 ? 'setpriv --reuid=65534 --regid=65534 --clear-groups ' : ''
  const can_step_down = spawnSync('bash', ['-c', `${as_nobody} ${process.execPath} ${MDS} --version`], { cwd: '/' }).status === 0
  if (!can_step_down) console.warn('No other user can run the program here: permissions are tested by their owner alone.')

  test.runIf(can_step_down)('files and folders that may not be read or written', async () => {
    mkdirSync(at('locked'))
    writeFileSync(at('locked.bin'), readFileSync(at(DAY)))
    writeFileSync(at('locked.csv'), 'instrument_token\n')
    chmodSync(folder, 0o755)
    chmodSync(at('locked'), 0o555)
    for (const name of ['locked.bin', 'locked.csv']) chmodSync(at(name), 0o000)
    const before = listing(folder)
    for (const [line, says] of [
      ['info locked.bin', /Cannot read the recording locked\.bin: reading it is not allowed/],
      ['candles locked.bin', /Cannot read the recording locked\.bin: reading it is not allowed/],
      [`candles ${DAY} --instruments locked.csv`, /locked\.csv: it can't be read \(EACCES\)/],
      [`candles ${DAY} -o locked/out.csv`, /Cannot write locked\/out\.csv: writing there is not allowed/],
      [`decode ${DAY} -o locked/out.csv`, /Cannot write locked\/out\.csv: writing there is not allowed/],
      ['synth --date 20251006 --profile p --data-dir locked', /Cannot write locked/],
    ] as const)
      expectComplaint(await runMds([], { cwd: folder, shell: `${as_nobody} $MDS ${line}` }), 3, says)
    chmodSync(at('locked'), 0o000)
    expectComplaint(await runMds([], { cwd: folder, shell: `${as_nobody} $MDS info locked` }), 3, /locked.*not allowed/)
    expectComplaint(
      await runMds([], { cwd: folder, shell: `${as_nobody} $MDS info --data-dir locked` }),
      3,
      /locked.*not allowed/,
    )
    chmodSync(at('locked'), 0o755)
    expect(listing(folder)).toEqual(before)
    for (const name of ['locked', 'locked.bin', 'locked.csv']) rmSync(at(name), { recursive: true })
  })
})

test('the program is the one that was built', () => {
  expect(execFileSync(process.execPath, [MDS, '--version'], { cwd: ROOT, env: bareEnvironment() }).toString()).toMatch(/^mds\//)
  expect(readdirSync(join(ROOT, 'dist'))).toContain('bin.js')
})
