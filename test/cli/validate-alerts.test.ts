import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { listing, type Outcome, runMds } from '../support/run-mds.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-validate-'))
const at = (name: string): string => join(folder, name)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

// A low gate: on a small market many things must have something to say.
const GATE = '--min-confidence 0.6 --param alerts.all_per_minute=1000,alerts.symbol_per_hour=1000'
const DAY = 'raw_ticks/synth/synth_20251006_0900.bin'
const MASTER = 'raw_ticks/synth/synth_20251006.instruments.csv'

const words = (line: string): string[] => line.split(' ').filter((word) => word !== '')
const run = (line: string): Promise<Outcome> => runMds(words(line), { cwd: folder })
const shell = (line: string): Promise<Outcome> => runMds([], { cwd: folder, shell: line })

type Line = Record<string, unknown>
const linesOf = (name: string): Line[] =>
  readFileSync(at(name), 'utf8')
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
const write = (name: string, lines: readonly object[]): void =>
  writeFileSync(at(name), lines.map((line) => `${JSON.stringify(line)}\n`).join(''))

interface Row {
  readonly kind: string
  readonly cause: string
  readonly detail?: string
  readonly also?: string
  readonly line?: number
  readonly pattern_type: string
}

/** Every difference of a log, and how the command ended. */
async function rowsOf(log: string, flags = GATE, session = '20251006'): Promise<{ rows: Row[]; outcome: Outcome }> {
  const outcome = await run(`validate-alerts ${log} ${session} ${flags} --format ndjson`)
  const text = outcome.stdout.toString().trim()
  return { rows: text === '' ? [] : text.split('\n').map((line) => JSON.parse(line)), outcome }
}
const counts = (rows: readonly Row[], field: 'kind' | 'cause'): Record<string, number> => {
  const found: Record<string, number> = {}
  for (const row of rows) found[row[field]] = (found[row[field]] ?? 0) + 1
  return found
}

beforeAll(async () => {
  ensureBuilt()
  expect((await run('synth --date 20251006 --instruments 12 --rate 12 --start 09:05 --until 10:45 --quiet')).code).toBe(0)
  for (const name of ['alerts.ndjson', 'alerts.csv', 'alerts.parquet', 'alerts.arrow'])
    expect((await run(`patterns 20251006 -q ${GATE} -o ${name}`)).code).toBe(0)
  expect((await run(`patterns 20251006 -q ${GATE} --all -o all.ndjson`)).code).toBe(0)
  const lines = linesOf('alerts.ndjson')
  expect(lines.length).toBeGreaterThan(10)
  writeFileSync(at('list.json'), JSON.stringify(lines, undefined, 2))
  writeFileSync(at('stream.json'), JSON.stringify(lines.map((line, n) => [`${n}-0`, ['data', JSON.stringify(line)]])))
  writeFileSync(at('empty.ndjson'), '')
  writeFileSync(at('blank.ndjson'), '\n\n')
  writeFileSync(at('head.csv'), 'pattern,symbol,signal,timestamp\n')
  writeFileSync(at('other.csv'), 'name,colour\nsky,blue\n')
  writeFileSync(at('other.ndjson'), '{"name":"sky"}\n{"name":"sea"}\n')
  writeFileSync(at('prose.txt'), 'It was the best of times, it was the worst of times.\n')
  writeFileSync(at('picture.png'), Buffer.from('89504e470d0a1a0a0000000d49484452000000100000', 'hex'))
  writeFileSync(at('alerts.gz'), gzipSync(readFileSync(at('alerts.ndjson'))))
  writeFileSync(at('cut.parquet'), readFileSync(at('alerts.parquet')).subarray(0, 900))
  write(
    'tuesday.ndjson',
    lines.map((line) => ({ ...line, timestamp_ms: Number(line.timestamp_ms) + 3 * 86_400_000 })),
  )
  mkdirSync(at('a-folder'))
})

describe('a log of the same recording, with the same flags', () => {
  test.each(['alerts.ndjson', 'alerts.csv', 'alerts.parquet', 'list.json', 'stream.json', 'all.ndjson'])(
    '%s has no difference',
    async (name) => {
      const { code, stdout, stderr } = await run(`validate-alerts ${name} 20251006 -q ${GATE}`)
      expect(code, stderr).toBe(0)
      expect(stdout.toString()).toMatch(/^2025-10-06: (\d+) alerts in the log, \1 in the replay, \1 equal; no difference\n/)
      expect(stderr).toBe('')
    },
  )

  test('neither has standard input, nor an undated recording, nor one symbol', async () => {
    expect((await shell(`$MDS validate-alerts - 20251006 -q ${GATE} < alerts.ndjson`)).code).toBe(0)
    // Recordings one after another are a recording.
    writeFileSync(at('undated.bin'), Buffer.concat([DAY, DAY.replace('0900', '1000')].map((part) => readFileSync(at(part)))))
    const undated = await run(`validate-alerts alerts.ndjson undated.bin -q ${GATE} --instruments ${MASTER}`)
    expect(undated.code, undated.stdout.toString()).toBe(0)
    expect(undated.stdout.toString()).toMatch(/^2025-10-06: .* no difference/)
    const one = await run(`validate-alerts alerts.ndjson 20251006 -q ${GATE} --symbol ICICIBANK`)
    expect(one.code, one.stdout.toString()).toBe(0)
    expect(one.stdout.toString()).toContain('of other instruments left out')
  })

  test('--json is one object', async () => {
    const { code, stdout } = await run(`validate-alerts alerts.ndjson 20251006 -q ${GATE} --json`)
    expect(code).toBe(0)
    const { parity } = JSON.parse(stdout.toString())
    expect(parity).toMatchObject({ differences: 0, by_kind: {}, exit_code: 0, log: { format: 'ndjson', faults: {} } })
    expect(parity.sessions[0]).toMatchObject({ date: '2025-10-06', log_shift_ms: 0 })
  })
})

describe('differences', () => {
  test('are counted by kind and cause, listed up to --limit, and end with 4', async () => {
    const lines = linesOf('alerts.ndjson')
    const [first, second, third] = lines as [Line, Line, Line]
    const changed = [first, { ...second, symbol: 'RELIANSE' }, first, { ...lines[3], confidence: 0.5 }, ...lines.slice(4)]
    write('changed.ndjson', changed)
    const { rows, outcome } = await rowsOf('changed.ndjson')
    expect(outcome.code).toBe(4)
    expect(counts(rows, 'kind')).toEqual({ changed_confidence: 1, wrong_symbol: 1, duplicated: 1, missing: 1 })
    expect(rows.find(({ kind }) => kind === 'missing')?.pattern_type).toBe(third.pattern_type)
    expect(outcome.stderr).toMatch(/changed\.ndjson: unknown_symbol \(1, compared, not measured\): line 2: \w+:RELIANSE/)
    expect(outcome.stderr).toContain('duplicate_id (1, compared, not measured): line 3:')
    const short = await run(`validate-alerts changed.ndjson 20251006 -q ${GATE} --limit 2`)
    expect(short.code).toBe(4)
    expect(short.stdout.toString()).toContain('2 more; all of them: -o differences.csv')
    const json = await run(`validate-alerts changed.ndjson 20251006 -q ${GATE} --limit 1 --json`)
    expect(json.code).toBe(4)
    expect(JSON.parse(json.stdout.toString()).parity).toMatchObject({ differences: 4, exit_code: 4, first_differences: [{}] })
  })

  test.each(['ndjson', 'csv', 'parquet', 'arrow'])('go into a %s file, one row each', async (ending) => {
    write('one.ndjson', linesOf('alerts.ndjson').slice(1))
    const { code } = await run(`validate-alerts one.ndjson 20251006 -q ${GATE} -o rows.${ending}`)
    expect(code).toBe(4)
    expect(readFileSync(at(`rows.${ending}`)).includes('missing')).toBe(true)
    if (ending === 'csv') expect(readFileSync(at('rows.csv'), 'utf8').trim().split('\n')).toHaveLength(2)
  })

  test('a log in another zone is told once for all, and nothing else is', async () => {
    const utc = linesOf('alerts.ndjson').map(({ pattern_type, symbol, exchange, signal, confidence, price, timestamp_ms }) => ({
      pattern: pattern_type,
      symbol,
      exchange,
      signal,
      confidence,
      price,
      timestamp: new Date(Number(timestamp_ms)).toISOString().slice(0, 19),
    }))
    write('utc.ndjson', utc)
    const { rows, outcome } = await rowsOf('utc.ndjson')
    expect(counts(rows, 'kind')).toEqual({ time_zone: utc.length })
    expect(outcome.stderr).toContain(`no_zone (${utc.length}, taken so)`)
    expect(outcome.stderr).not.toContain('outside_session')
    const { stdout, code } = await run(`validate-alerts utc.ndjson 20251006 -q ${GATE}`)
    expect(code).toBe(4)
    expect(stdout.toString()).toContain('the clock of the whole log is 5:30 behind: compared without that')
  })
})

describe('the cause is named', () => {
  /** The recording without what was received from `from` to `to`, in another folder. */
  function cut(from: string, to: string): void {
    const bytes = readFileSync(at(DAY))
    const [from_ms, to_ms] = [from, to].map((clock) => Date.parse(`2025-10-06T${clock}:00+05:30`)) as [number, number]
    const kept: Buffer[] = []
    for (let place = 0; place < bytes.length; ) {
      const end = place + 12 + bytes.readUInt32BE(place + 8)
      const received_ms = Number(bytes.readBigUInt64BE(place))
      if (received_ms < from_ms || received_ms >= to_ms) kept.push(bytes.subarray(place, end))
      place = end
    }
    mkdirSync(at('cut/synth'), { recursive: true })
    writeFileSync(at('cut/synth/synth_20251006_0900.bin'), Buffer.concat(kept))
    for (const name of ['synth_20251006_1000.bin', 'synth_20251006.instruments.csv'])
      writeFileSync(at(`cut/synth/${name}`), readFileSync(at(`raw_ticks/synth/${name}`)))
  }

  test('a gap in the recording, with from and to', async () => {
    const spike = linesOf('alerts.ndjson').find(
      ({ timestamp_ms }) => clockOf(timestamp_ms) > '09:30' && clockOf(timestamp_ms) < '09:59',
    )
    const clock = clockOf(spike?.timestamp_ms)
    const minute = Number(clock.slice(3))
    cut(`09:${String(minute - 2).padStart(2, '0')}`, `09:${String(minute).padStart(2, '0')}`)
    const { rows, outcome } = await rowsOf('alerts.ndjson', `${GATE} --data-dir cut`)
    expect(outcome.code).toBe(4)
    const [row] = rows.filter(({ kind, line }) => kind === 'extra' && line !== undefined)
    expect(row).toMatchObject({
      cause: 'gap',
      detail: expect.stringMatching(/^gap from 09:\d\d:\d\d to 09:\d\d:\d\d \(silence\)$/),
    })
  })

  test('another configuration: the gate, a number, a detector', async () => {
    const gate = await rowsOf('alerts.ndjson', GATE.replace('0.6', '0.7'))
    expect(gate.rows.length).toBeGreaterThan(3)
    expect(new Set(Object.keys(counts(gate.rows, 'cause')))).toEqual(new Set(['config']))
    expect(gate.rows[0]?.detail).toContain("the log's is this one with alerts.min_confidence 0.6 (here 0.7)")
    const number = await rowsOf('alerts.ndjson', `${GATE} --param volume_spike.rv_min=2.3`)
    expect(number.rows[0]?.detail).toContain("the log's is this one with volume_spike.rv_min 2.2 (here 2.3)")
    const only = await rowsOf('alerts.ndjson', `${GATE} --only volume_spike`)
    const others = only.rows.filter(({ kind, pattern_type }) => kind === 'extra' && pattern_type !== 'volume_spike')
    expect(others.length).toBeGreaterThan(3)
    for (const { cause } of others) expect(cause).toBe('pattern_off')
  })

  test('another version', async () => {
    write(
      'old.ndjson',
      linesOf('alerts.ndjson').map((line) => ({ ...line, engine_version: '0.0.1' })),
    )
    const { rows } = await rowsOf('old.ndjson')
    expect(counts(rows, 'kind')).toEqual({ version: rows.length })
    expect(rows[0]).toMatchObject({ cause: 'version', detail: expect.stringContaining('the log is of version 0.0.1') })
  })

  test('a cooldown: what the replay holds back, and what production held back', async () => {
    const all = linesOf('all.ndjson')
    const held = all.find(({ state, suppress_reason }) => state === 'suppressed' && suppress_reason === 'cooldown') as Line
    expect(held).toBeDefined()
    const { suppress_reason: _, suppress_detail: __, ...told } = held
    write('more.ndjson', [...linesOf('alerts.ndjson'), { ...told, state: 'emitted' }])
    const { rows } = await rowsOf('more.ndjson')
    expect(rows).toMatchObject([{ kind: 'extra', detail: expect.stringContaining('the replay holds it back: cooldown') }])
    expect(rows[0]?.cause).toBe('suppressed')
    const [first, ...rest] = linesOf('alerts.ndjson')
    write('held.ndjson', [...rest, { ...first, state: 'suppressed', suppress_reason: 'rate_limit' }])
    const missing = await rowsOf('held.ndjson')
    expect(missing.rows).toMatchObject([{ kind: 'missing' }])
    expect(`${missing.rows[0]?.detail} ${missing.rows[0]?.also}`).toContain('production held it back: rate_limit')
  })

  test('a detector that nobody knows, hours that were not recorded, a line that could not be read', async () => {
    const lines = linesOf('alerts.ndjson')
    const [first, second, ...rest] = lines as [Line, Line, ...Line[]]
    const late = { ...first, alert_id: 'late', timestamp_ms: Date.parse('2025-10-06T14:00:00+05:30') }
    const broken = { ...second, signal: 'up and away', direction: undefined }
    write('odd.ndjson', [first, broken, ...rest, { ...first, alert_id: 'x', pattern_type: 'volume_spke' }, late])
    const { rows, outcome } = await rowsOf('odd.ndjson')
    expect(outcome.stderr).toContain('bad_direction (1, skipped): line 2: signal is "up and away", expected BUY, SELL or NEUTRAL')
    expect(rows.map(({ kind, cause }) => `${kind} ${cause}`).sort()).toEqual([
      'extra outside_recording',
      'extra unknown_pattern',
      'missing bad_line',
    ])
    expect(rows.find(({ cause }) => cause === 'unknown_pattern')?.detail).toContain('near it: volume_spike')
  })

  const clockOf = (ms: unknown): string => new Date(Number(ms) + 19_800_000).toISOString().slice(11, 16)
})

describe('what is refused', () => {
  test.each([
    ['empty.ndjson 20251006', 3, /^Error: empty\.ndjson: expected alerts as .*, found an empty file\./],
    ['blank.ndjson 20251006', 3, /no record in 2 bytes/],
    ['head.csv 20251006', 3, /no record/],
    ['other.csv 20251006', 2, /no pattern_type or pattern among its fields, found name, colour/],
    ['other.ndjson 20251006', 2, /no pattern_type or pattern among its fields, found name/],
    ['prose.txt 20251006', 2, /no pattern_type or pattern among its fields/],
    ['picture.png 20251006', 3, /found bytes that are no text/],
    ['alerts.gz 20251006', 3, /found a gzip file/],
    ['alerts.arrow 20251006', 3, /found an Arrow file/],
    ['cut.parquet 20251006', 3, /does not read as it/],
    ['none.ndjson 20251006', 3, /there is no such file/],
    ['a-folder 20251006', 2, /found a folder/],
    ['tuesday.ndjson 20251006', 2, /has alerts of 2025-10-09, and the recording is of 2025-10-06: expected the same day/],
    ['alerts.ndjson 20251007', 3, /No recordings of 2025-10-07/],
    ['- -', 2, /Standard input can hold the log or the recording, not both/],
    ['', 2, /alerts/],
    ['alerts.ndjson 20251006 --time-tolerance soon', 2, /--time-tolerance soon: expected a number from 0/],
    ['alerts.ndjson 20251006 --price-tolerance -1', 2, /price-tolerance/],
    ['alerts.ndjson 20251006 --limit -1', 2, /limit/],
    ['alerts.ndjson 20251006 --map a=b', 2, /alerts have no field b/],
    ['alerts.ndjson 20251006 --only nothing', 2, /No pattern or category is called nothing/],
    ['alerts.ndjson 20251006 --symbol NOBODY', 2, /None of the symbols asked for/],
    ['alerts.ndjson 20251006 -o alerts.ndjson', 2, /is a file that is read \(alerts\.ndjson\)/],
    [`alerts.ndjson 20251006 -o ${DAY}`, 2, /has the name of a recording/],
    ['alerts.ndjson 20251006 -o rows.xyz', 2, /names no format/],
  ] as const)('mds validate-alerts %s: exit %s', async (line, code, says) => {
    const before = listing(folder)
    const outcome = await run(`validate-alerts ${line}`)
    expect(outcome.stderr.split('\n').find((text) => text.startsWith('Error:'))).toMatch(says)
    expect(outcome.stderr).toContain('Try:')
    expect(outcome.code).toBe(code)
    expect(outcome.stdout.length).toBe(0)
    expect(listing(folder)).toEqual(before)
  })

  test('--json and rows on standard output at once', async () => {
    const { code, stdout } = await run('validate-alerts alerts.ndjson 20251006 --json --format csv')
    expect(code).toBe(2)
    expect(JSON.parse(stdout.toString())).toMatchObject({ error: { code: 'no_output' } })
  })

  test('--strict refuses a log with one bad record, and names it', async () => {
    writeFileSync(at('torn.ndjson'), `${readFileSync(at('alerts.ndjson'), 'utf8')}{"pattern_type":"brea`)
    const plain = await run(`validate-alerts torn.ndjson 20251006 ${GATE}`)
    expect(plain.code).toBe(0)
    expect(plain.stderr).toMatch(/torn\.ndjson: broken_json \(1, skipped\): line \d+:/)
    const strict = await run(`validate-alerts torn.ndjson 20251006 --strict ${GATE}`)
    expect(strict.code).toBe(3)
    expect(strict.stderr).toMatch(/Error: --strict: torn\.ndjson has 1 bad record\. .*broken_json \(1, skipped\): line/)
    write('unknown.ndjson', [...linesOf('alerts.ndjson'), { ...linesOf('alerts.ndjson')[0], symbol: 'NOBODY', alert_id: 'n' }])
    expect((await run(`validate-alerts unknown.ndjson 20251006 --strict ${GATE}`)).code).toBe(3)
  })

  test('alerts of other days beside those of the day are left out, and that is said', async () => {
    const lines = linesOf('alerts.ndjson')
    write('two-days.ndjson', [
      ...lines,
      { ...lines[0], alert_id: 'o', timestamp_ms: Number(lines[0]?.timestamp_ms) + 86_400_000 },
    ])
    const { code, stdout } = await run(`validate-alerts two-days.ndjson 20251006 -q ${GATE}`)
    expect(code).toBe(0)
    expect(stdout.toString()).toContain('1 alert of other days left out: 2025-10-07')
  })
})

describe('outputs that end early', () => {
  test('| head is fine', async () => {
    write('few.ndjson', linesOf('alerts.ndjson').slice(0, 2))
    for (const flags of ['', '--format ndjson', '--json']) {
      const { stdout, stderr, code } = await shell(`$MDS validate-alerts few.ndjson 20251006 -q ${GATE} ${flags} | head -c 20`)
      expect(code).toBe(0)
      expect(stdout.length).toBe(20)
      expect(stderr).toBe('')
    }
  })

  test.each(['', '--format ndjson', '--json', '-o /dev/full'])('a full disk is said: %s', async (flags) => {
    const to = flags.startsWith('-o') ? '' : '> /dev/full'
    const { code, stderr } = await shell(`$MDS validate-alerts few.ndjson 20251006 -q ${GATE} ${flags} ${to}`)
    expect(code, stderr).toBe(3)
    expect(stderr).toContain('no space is left')
  })
})
