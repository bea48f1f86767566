import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { bareEnvironment, listing, MDS, runMds } from '../support/run-mds.js'

// What shows only when there is much to do: stopping half-way, and how much memory it takes.

const folder = mkdtempSync(join(tmpdir(), 'mds-large-'))
const LARGE = 'large_20251006_0859.bin'
const SMALL = 'small_20251006_0859.bin'
afterAll(() => rmSync(folder, { recursive: true, force: true }))

beforeAll(async () => {
  ensureBuilt()
  for (const [profile, packets] of [
    ['large', 1_700_000],
    ['small', 160_000],
  ])
    expect(
      await runMds(`synth -q --date 20251006 --single-file --data-dir . --profile ${profile} --packets ${packets}`.split(' '), {
        cwd: folder,
      }),
    ).toMatchObject({ code: 0, stderr: '' })
})

interface Stopped {
  readonly code: number | null
  readonly stderr: string
  readonly stdout: string
  /** From the first signal to the end. */
  readonly took_ms: number
}

/** Two seconds are promised; a machine that does many things at once may take longer. */
const STOP_MS_MAX = 4000

/** Sends `signals` once `isUnderWay`. Standard input stays open and empty. */
async function stopped(
  line: string,
  isUnderWay: () => boolean,
  signals: readonly NodeJS.Signals[] = ['SIGINT'],
): Promise<Stopped> {
  const child = spawn(process.execPath, [MDS, ...line.split(' ')], { cwd: folder, env: bareEnvironment() })
  let stderr = ''
  let stdout = ''
  child.stderr.on('data', (bytes) => (stderr += bytes))
  child.stdout.on('data', (bytes) => (stdout = (stdout + bytes).slice(-1000)))
  const over = new Promise<number | null>((resolve) => child.once('close', resolve))
  while (!isUnderWay()) {
    if (child.exitCode !== null) throw new Error(`over before it could be stopped: ${stderr}`)
    await sleep(2)
  }
  const begun = performance.now()
  for (const signal of signals) child.kill(signal)
  const last_resort = setTimeout(() => child.kill('SIGKILL'), 5 * STOP_MS_MAX)
  const code = await over
  clearTimeout(last_resort)
  return { code, stderr, stdout, took_ms: performance.now() - begun }
}

const temporaryThere =
  (where = '.') =>
  (): boolean =>
    readdirSync(join(folder, where)).some((name) => /^\..*\.tmp$/.test(name))
/** Long enough to have begun, and nothing can come of it before. */
const after = (ms: number) => {
  const begun = performance.now()
  return (): boolean => performance.now() - begun > ms
}

describe('Ctrl-C', () => {
  test.each([
    [`candles large/${LARGE} --tf 1m,5m -o out.parquet`, temporaryThere()],
    [`decode large/${LARGE} -o out.ndjson`, temporaryThere()],
    [`decode large/${LARGE} -o out.parquet`, temporaryThere()],
    [`replay large/${LARGE} --speed max -o out.csv`, temporaryThere()],
    [`replay large/${LARGE} --speed 10x -o out.csv`, temporaryThere()],
    [
      'synth --date 20251006 --profile stopped --packets 5000000 --data-dir .',
      () => existsSync(join(folder, 'stopped')) && temporaryThere('stopped')(),
    ],
  ])('mds %s', async (line, isUnderWay) => {
    for (const signals of [['SIGINT'], ['SIGTERM'], ['SIGINT', 'SIGINT']] as const) {
      const before = listing(folder)
      const { code, stdout, stderr, took_ms } = await stopped(line, isUnderWay, signals)
      expect(code, signals.join()).toBe(130)
      expect(stdout).toBe('')
      if (signals.length === 1) expect(stderr).toBe('Error: Interrupted.\n')
      expect(took_ms).toBeLessThan(STOP_MS_MAX)
      if (!line.startsWith('synth') || signals.length === 1) expect(listing(folder)).toEqual(before)
      rmSync(join(folder, 'stopped'), { recursive: true, force: true })
    }
  })

  test.each(['info -', 'candles -', 'decode - -o out.csv', 'replay - --speed max', 'replay -'])(
    'mds %s, while nothing comes',
    async (line) => {
      const before = listing(folder)
      const { code, stdout, stderr, took_ms } = await stopped(line, after(1500))
      expect({ code, stdout, stderr }).toEqual({ code: 130, stdout: '', stderr: 'Error: Interrupted.\n' })
      expect(took_ms).toBeLessThan(STOP_MS_MAX)
      expect(listing(folder)).toEqual(before)
    },
  )

  test.runIf(process.platform !== 'win32')('a pipe without a writer', async () => {
    expect((await runMds([], { cwd: folder, shell: 'mkfifo pipe.bin' })).code).toBe(0)
    const { code, stderr } = await stopped('info pipe.bin', after(1500))
    rmSync(join(folder, 'pipe.bin'))
    expect({ code, stderr }).toEqual({ code: 130, stderr: 'Error: Interrupted.\n' })
  })

  test('what a pipe got before are whole lines', async () => {
    const { code, stdout } = await stopped(`decode large/${LARGE}`, after(800))
    expect(code).toBe(130)
    expect(stdout.endsWith('}\n')).toBe(true)
  })

  test('the terminal is left as it was', async () => {
    // `script` gives it a terminal to draw on; the view hides the cursor and takes the other screen.
    const line = `stty -a > before.txt; timeout --foreground -s INT 3 $MDS replay large/${LARGE} --from 09:15; stty -a > after.txt`
    const { stdout } = await runMds([], {
      cwd: folder,
      shell: `script -qec '${line.replaceAll("'", "'\\''")}' /dev/null`,
      env: { TERM: 'xterm-256color' },
    })
    const text = stdout.toString('latin1')
    expect(readFileSync(join(folder, 'after.txt'), 'utf8')).toBe(readFileSync(join(folder, 'before.txt'), 'utf8'))
    for (const [on, off] of [
      ['\x1b[?1049h', '\x1b[?1049l'],
      ['\x1b[?25l', '\x1b[?25h'],
    ] as const) {
      expect(text.split(on).length, on).toBeGreaterThan(1)
      expect(text.lastIndexOf(off)).toBeGreaterThan(text.lastIndexOf(on))
    }
  })
})

describe.runIf(process.platform === 'linux')('memory does not grow with the recording', () => {
  test.each([
    'candles FILE --tf 1m,5m -o out.parquet',
    'decode FILE -o out.ndjson',
    'decode FILE -o out.parquet --fields symbol,received_at,last_price,volume_traded',
    'replay FILE --speed max --emit ticks,candles -o out.ndjson',
    'info FILE',
  ])('mds %s', async (line) => {
    const small_mb = await peakMb(line.replace('FILE', `small/${SMALL}`))
    const large_mb = await peakMb(line.replace('FILE', `large/${LARGE}`))
    for (const name of readdirSync(folder)) if (name.startsWith('out.')) rmSync(join(folder, name))
    expect(large_mb - small_mb).toBeLessThan(40)
    expect(large_mb).toBeLessThan(150)
  })
})

test.runIf(process.platform === 'linux')('memory does not grow with the number of days', async () => {
  const days = Array.from({ length: 20 }, (_, n) => `202511${String(n + 1).padStart(2, '0')}`)
  for (const day of days) {
    const line = `synth -q --date ${day} --single-file --data-dir . --profile days --packets 12000`
    expect(await runMds(line.split(' '), { cwd: folder })).toMatchObject({ code: 0, stderr: '' })
  }
  // The heap takes some 40 MB of this, however little is in it; all buffers of 20 days would be 60 MB more.
  for (const line of ['info', 'candles -o days.csv'])
    expect(await peakMb(`${line} ${days.join(' ')} --data-dir .`)).toBeLessThan(145)
})

/** High-water mark of resident memory, from the kernel, which keeps it: a look now and then is enough. */
async function peakMb(line: string): Promise<number> {
  const child = spawn(process.execPath, [MDS, ...line.split(' '), '-q'], { cwd: folder, env: bareEnvironment(), stdio: 'ignore' })
  let peak_kb = 0
  const timer = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      peak_kb = Math.max(peak_kb, Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? 0))
    } catch {} // it has just ended
  }, 10)
  const code = await new Promise((resolve) => child.once('exit', resolve))
  clearInterval(timer)
  expect(code).toBe(0)
  return peak_kb / 1024
}
