import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt, mds, type Ran } from '../support/cli.js'
import { bareEnvironment, runMds } from '../support/run-mds.js'
import { contradictions, type WhyJson } from '../support/why-checker.js'

/** Of `mds patterns`, as far as it is compared. */
interface AlertJson {
  readonly state: string
  readonly pattern_type: string
  readonly symbol: string
  readonly exchange: string
  readonly alert_id: string
  readonly confidence: number
  readonly suppress_reason?: string
  readonly suppress_detail?: string
  readonly parent_id?: string
  readonly known_at_ms: number
}

const folder = mkdtempSync(join(tmpdir(), 'mds-why-'))
const DAY = ['20251006', '--data-dir', folder]
let alerts: readonly AlertJson[] = []

beforeAll(async () => {
  ensureBuilt()
  const day = ['--date', '20251006', '--data-dir', folder, '--profile', 'quiet', '--instruments', '30', '--rate', '4']
  await mds(['synth', ...day, '--plant', 'volume_spike,reversal', '-q'])
  const { stdout } = await mds(['patterns', ...DAY, '--all', '--format', 'ndjson', '-q'])
  alerts = stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as AlertJson)
}, 120_000)
afterAll(() => rmSync(folder, { recursive: true, force: true }))

const why = (...args: readonly string[]): Promise<Ran> => mds(['why', ...DAY, ...args, '-q'])
const isoOf = (ms: number): string => `${new Date(ms + 19_800_000).toISOString().slice(0, 19)}+05:30`
const clockOf = (ms: number): string => isoOf(ms).slice(11, 19)
const explained = async (...args: readonly string[]): Promise<WhyJson> => {
  const { stdout, stderr, code } = await why(...args, '--json')
  expect(code, stderr).toBe(0)
  return JSON.parse(stdout) as WhyJson
}

describe('agrees with mds patterns', () => {
  test('about one alert, and one claim held back for each reason', async () => {
    const emitted = alerts.find(({ state, pattern_type }) => state === 'emitted' && pattern_type === 'volume_spike')
    const reasons = new Set(alerts.flatMap(({ suppress_reason }) => suppress_reason ?? []))
    const held = [...reasons].map((reason) => alerts.find(({ suppress_reason }) => suppress_reason === reason))
    const chosen = [emitted, ...held].filter((alert) => alert !== undefined)
    expect(chosen.length).toBeGreaterThanOrEqual(4)
    for (const alert of chosen) {
      const told = await explained('--symbol', `${alert.exchange}:${alert.symbol}`, '--at', clockOf(alert.known_at_ms))
      expect(contradictions(told)).toEqual([])
      const answer = told.patterns.find(({ pattern_type }) => pattern_type === alert.pattern_type)
      expect(answer).toMatchObject({
        verdict: alert.state === 'emitted' ? 'alert' : 'suppressed',
        reason: alert.suppress_reason ?? null,
        detail: alert.suppress_detail ?? null,
        alert: { alert_id: alert.alert_id },
        other: alert.parent_id === undefined ? null : { alert_id: alert.parent_id },
        confidence: { told: alert.confidence },
      })
      const spoke = told.patterns.filter(({ verdict }) => verdict === 'alert' || verdict === 'suppressed')
      const records = alerts.filter(
        ({ state, symbol, known_at_ms }) =>
          ['emitted', 'suppressed'].includes(state) && symbol === alert.symbol && known_at_ms === alert.known_at_ms,
      )
      expect(spoke.map(({ pattern_type }) => pattern_type).sort()).toEqual(records.map(({ pattern_type }) => pattern_type).sort())
    }
  }, 120_000)

  test('with other numbers, gates and detectors it explains that run', async () => {
    const { symbol, known_at_ms } = alerts.find(
      ({ pattern_type, state }) => pattern_type === 'volume_spike' && state === 'emitted',
    ) as AlertJson
    const about = ['--symbol', symbol, '--at', isoOf(known_at_ms), '--only', 'volume_spike']
    const strict = await explained(...about, '--param', 'volume_spike.rv_min=20')
    expect(strict.patterns).toMatchObject([{ verdict: 'no_claim', nearest: { first_unmet: { name: 'rv', limit: 20 } } }])
    const high = await explained(
      ...about,
      '--param',
      'volume_spike.rv_min=2',
      '--param',
      'volume_spike.clv_min=1',
      '--min-confidence',
      '0.98',
    )
    expect(high.min_confidence).toBe(0.98)
    expect(contradictions(high)).toEqual([])
  }, 60_000)

  test('a moment within a bar explains the newest bar that had ended', async () => {
    const { symbol, known_at_ms } = alerts.find(({ state }) => state === 'emitted') as AlertJson
    const [at, later] = await Promise.all(
      [0, 37_000].map((ms) => explained('--symbol', symbol, '--at', clockOf(known_at_ms + ms), '--only', 'volume,breakout')),
    )
    expect(later?.bar?.known_at_ms).toBe(known_at_ms)
    expect(later?.patterns).toEqual(at?.patterns)
  }, 60_000)
})

describe('for people', () => {
  test('what spoke comes first, with its steps, and without colours into a pipe', async () => {
    const { symbol, known_at_ms, confidence, alert_id } = alerts.find(
      ({ pattern_type, state }) => pattern_type === 'volume_spike' && state === 'emitted',
    ) as AlertJson
    const { stdout, stderr, code } = await why('--symbol', symbol, '--at', clockOf(known_at_ms))
    expect([code, stderr]).toEqual([0, ''])
    expect(stdout).not.toContain('\x1b')
    expect(stdout).toMatch(new RegExp(`^\\w+:${symbol}  Mon 2025-10-06 at ${clockOf(known_at_ms)}  bar `))
    expect(stdout).toContain(`volume_spike: ALERT BUY`.replace('BUY', stdout.includes('ALERT SELL') ? 'SELL' : 'BUY'))
    expect(stdout).toContain(`confidence ${confidence} (gate 0.85)\n  id ${alert_id}\n`)
    expect(stdout.indexOf('ALERT')).toBeLessThan(stdout.indexOf('no claim'))
    expect(stdout).toMatch(/\n {2}yes {2}rv +[\d.]+ >= 2\.2\n/)
    for (const line of stdout.split('\n')) expect(line.length, line).toBeLessThanOrEqual(120)
  })

  test('a reader that goes away ends it quietly', async () => {
    const { symbol } = alerts[0] as AlertJson
    const { code, stderr } = await runMds([], {
      cwd: folder,
      shell: `set -o pipefail; $MDS why 20251006 --data-dir . --symbol ${symbol} --at 11:00 -q | head -1 >/dev/null`,
      env: bareEnvironment(),
    })
    expect([code, stderr]).toEqual([0, ''])
  })

  test('--pattern narrows by id and category, and shows each step by step', async () => {
    const { symbol } = alerts[0] as AlertJson
    const { stdout } = await why('--symbol', symbol, '--at', '11:00', '--pattern', 'reversal,volume')
    expect(stdout).toMatch(/^reversal: /m)
    expect(stdout).toMatch(/^volume_spike: /m)
    expect(stdout).not.toContain('killzone')
    expect(stdout).not.toContain('No claim either')
  })
})

describe('a detector of the user', () => {
  const plugin = (name: string, rule: string): string => {
    const path = join(folder, `${name}.mjs`)
    writeFileSync(path, `export default { id: '${name}', create: () => (view) => { ${rule} } }\n`)
    return path
  }
  const ask = async (path: string): Promise<WhyJson['patterns'][number] | undefined> => {
    const { symbol } = alerts[0] as AlertJson
    const told = await explained('--symbol', symbol, '--at', '11:00', '--plugin', path, '--only', 'custom')
    expect(told.patterns).toHaveLength(1)
    return told.patterns[0]
  }

  test('is explained by what it asks by name', async () => {
    const path = plugin(
      'mine',
      `const { ask, bar } = view
       if (!ask.above('close', bar.close, 1e12) || !ask.is('second', false)) return undefined
       return { direction: 'BUY', score: 0, evidence: {} }`,
    )
    expect(await ask(path)).toMatchObject({
      verdict: 'no_claim',
      steps: [
        { name: 'close', comparison: '>', limit: 1e12, is_met: false },
        { name: 'second', is_met: false },
      ],
      nearest: { unmet: 2, first_unmet: { name: 'close' } },
    })
  })

  test('and says so when it asks nothing', async () => {
    const path = plugin('mute', 'return undefined')
    expect(await ask(path)).toMatchObject({ verdict: 'no_claim', steps: [], ways: [], nearest: { first_unmet: null } })
    const { stdout } = await why(
      '--symbol',
      (alerts[0] as AlertJson).symbol,
      '--at',
      '11:00',
      '--plugin',
      path,
      '--pattern',
      'mute',
    )
    expect(stdout).toContain('its reasons are not known')
  })

  test('one that throws is told as switched off; one that throws only where it goes on ends its list', async () => {
    expect(await ask(plugin('broken', `throw new Error('oh')`))).toMatchObject({ verdict: 'not_asked', reason: 'switched_off' })
    const path = plugin('fragile', `if (!view.ask.is('there', false)) return undefined\nthrow new Error('oh')`)
    expect(await ask(path)).toMatchObject({ verdict: 'no_claim', steps: [{ name: 'there' }] })
  })
})

describe('what cannot be explained is said, with what to try', () => {
  const SYMBOL = ['--symbol', 'RELIANCE']
  test.each<readonly [string, readonly string[], number, RegExp]>([
    ['a symbol nobody knows', ['--symbol', 'RELIANZE', '--at', '10:33'], 2, /has no RELIANZE; similar: .*RELIANCE/],
    [
      'before the session',
      [...SYMBOL, '--at', '08:00'],
      2,
      /--at 08:00:00 is outside the session .* after 09:15:00, up to 15:30:00/,
    ],
    ['after the session', [...SYMBOL, '--at', '15:31'], 2, /outside the session/],
    ['on another day', [...SYMBOL, '--at', '2025-10-07T10:33:00+05:30'], 2, /outside the session/],
    ['no time at all', [...SYMBOL, '--at', 'noon'], 2, /--at "noon" is no time/],
    ['a pattern nobody knows', [...SYMBOL, '--at', '10:33', '--pattern', 'volume_spikes'], 2, /near it: volume_spike/],
    [
      'a pattern that does not run',
      [...SYMBOL, '--at', '10:33', '--pattern', 'cdl_doji'],
      2,
      /cdl_doji is not among the detectors of this run[\s\S]*--only cdl_doji/,
    ],
    ['no pattern', [...SYMBOL, '--at', '10:33', '--pattern', ','], 2, /names no pattern/],
    ['no symbol', ['--at', '10:33'], 2, /symbol/],
    ['no moment', SYMBOL, 2, /at/],
  ])('%s', async (_, args, code, words) => {
    const ran = await mds(['why', ...DAY, ...args])
    expect([ran.code, ran.stdout]).toEqual([code, ''])
    expect(ran.stderr).toMatch(words)
  })

  test('a recording that is not there, one without a date, and standard input', async () => {
    const missing = await mds(['why', join(folder, 'no.bin'), ...SYMBOL, '--at', '10:33'])
    expect(missing.code).toBe(3)
    const piped = await mds(['why', '-', ...SYMBOL, '--at', '10:33'])
    expect([piped.code, piped.stderr]).toEqual([2, expect.stringContaining('read twice')])
    const undated = join(folder, 'undated.bin')
    writeFileSync(undated, '')
    const master = join(folder, 'quiet', 'quiet_20251006.instruments.csv')
    const ran = await mds(['why', undated, '--instruments', master, ...SYMBOL, '--at', '10:33'])
    expect([ran.code, ran.stderr]).toEqual([2, expect.stringContaining('no date in its name')])
  })

  test('an instrument of which nothing came is no error: nobody was asked', async () => {
    const { patterns, bar } = await explained('--symbol', 'token:1', '--at', '10:33')
    expect(bar).toBeNull()
    expect(new Set(patterns.map(({ verdict }) => verdict))).toEqual(new Set(['not_asked']))
  })
})

test('the example of its page is what it prints', async () => {
  const page = readFileSync('docs/why.md', 'utf8')
  const [, commands = '', printed = ''] = /## An example\n\n```sh\n([\s\S]*?)```\n\n```text\n([\s\S]*?)```/.exec(page) ?? []
  const place = mkdtempSync(join(tmpdir(), 'mds-why-page-'))
  try {
    let stdout = ''
    for (const command of commands.trim().split('\n')) {
      const ran = await runMds(command.split(' ').slice(1), { cwd: place })
      expect(ran.code, ran.stderr).toBe(0)
      stdout = ran.stdout.toString()
    }
    if (process.env.UPDATE_GOLDEN === '1')
      writeFileSync(
        'docs/why.md',
        page.replace(/```text\n[\s\S]*?```/, () => `\`\`\`text\n${stdout}\`\`\``),
      )
    else expect(stdout).toBe(printed)
  } finally {
    rmSync(place, { recursive: true, force: true })
  }
}, 60_000)
