import { spawnSync } from 'node:child_process'
import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { openControl } from '../../../src/io/local/open-control.js'
import { announceRun, findRuns, randomToken } from '../../../src/io/local/run-file.js'
import { tempFolder } from '../../support/temp-folder.js'

const CAPTURE = { kind: 'capture', name: 'nifty50', url: 'http://localhost:1', token: randomToken() } as const

test('what is announced is found, readable by nobody else, and gone when withdrawn', () => {
  const env = { XDG_RUNTIME_DIR: tempFolder() }
  expect(findRuns(env)).toEqual([])
  const announced = announceRun(CAPTURE, 5, env)
  onTestFinished(announced.withdraw)
  expect(findRuns(env)).toEqual([{ ...CAPTURE, pid: process.pid, started_ms: 5 }])
  const folder = join(env.XDG_RUNTIME_DIR, 'mds')
  expect(readdirSync(folder)).toEqual([`capture-${process.pid}.json`])
  expect(statSync(folder).mode & 0o777).toBe(0o700)
  expect(statSync(join(folder, `capture-${process.pid}.json`)).mode & 0o777).toBe(0o600)
  announced.withdraw()
  expect(findRuns(env)).toEqual([])
  expect(readdirSync(folder)).toEqual([])
})

test('the file of a process that ended is cleared away; what is no run is passed over', () => {
  const env = { XDG_RUNTIME_DIR: tempFolder() }
  const folder = join(env.XDG_RUNTIME_DIR, 'mds')
  mkdirSync(folder, { mode: 0o700 })
  const { pid: dead } = spawnSync(process.execPath, ['-e', ''])
  const texts: Record<string, string> = {
    [`capture-${dead}.json`]: JSON.stringify({ ...CAPTURE, pid: dead, started_ms: 1 }),
    [`serve-${process.pid}.json`]: '{"kind":"serve"',
    [`capture-${process.pid}.json`]: '{"kind":"other"}',
    'notes.txt': 'mine',
  }
  for (const [name, text] of Object.entries(texts)) writeFileSync(join(folder, name), text)
  expect(findRuns(env)).toEqual([])
  expect(existsSync(join(folder, `capture-${dead}.json`))).toBe(false)
  expect(existsSync(join(folder, 'notes.txt'))).toBe(true)
})

test('a folder that others read, and a link in its place, are refused', () => {
  const env = { XDG_RUNTIME_DIR: tempFolder() }
  const folder = join(env.XDG_RUNTIME_DIR, 'mds')
  mkdirSync(folder)
  chmodSync(folder, 0o755)
  for (const attempt of [() => announceRun(CAPTURE, 5, env), () => findRuns(env)])
    expect(attempt).toThrow(expect.objectContaining({ code: 'unsafe_run_folder', exitCode: 2 }))
  const linked = { XDG_RUNTIME_DIR: tempFolder() }
  symlinkSync(tempFolder(), join(linked.XDG_RUNTIME_DIR, 'mds'))
  expect(() => announceRun(CAPTURE, 5, linked)).toThrow(expect.objectContaining({ code: 'unsafe_run_folder' }))
})

test('a link in the place of the file is not followed', () => {
  const env = { XDG_RUNTIME_DIR: tempFolder() }
  const folder = join(env.XDG_RUNTIME_DIR, 'mds')
  mkdirSync(folder, { mode: 0o700 })
  const victim = join(tempFolder({ victim: 'untouched' }), 'victim')
  for (const name of [`capture-${process.pid}.json`, `capture-${process.pid}.json.tmp`]) symlinkSync(victim, join(folder, name))
  onTestFinished(announceRun(CAPTURE, 5, env).withdraw)
  expect(readFileSync(victim, 'utf8')).toBe('untouched')
  expect(findRuns(env)).toHaveLength(1)
})

test('tokens have 256 bits and never come twice', () => {
  const tokens = Array.from({ length: 100 }, randomToken)
  expect(new Set(tokens).size).toBe(100)
  for (const token of tokens) expect(Buffer.from(token, 'base64url').length).toBe(32)
})

test('a run that can not be announced says so and goes on', async () => {
  const before = process.env.XDG_RUNTIME_DIR
  onTestFinished(() => {
    if (before === undefined) delete process.env.XDG_RUNTIME_DIR
    else process.env.XDG_RUNTIME_DIR = before
  })
  process.env.XDG_RUNTIME_DIR = tempFolder({ mds: 'a file in the way' })
  const notices: string[] = []
  const setup = { kind: 'capture', name: 'nifty50', started_ms: 1, host: '127.0.0.1', port: 0, routes: [] } as const
  const hidden = await openControl({ ...setup, onNotice: (text) => notices.push(text) })
  expect(notices).toEqual([expect.stringMatching(/^mds ctl will not find this run: /)])
  expect((await fetch(hidden.url)).status).toBe(404)
  await hidden.close()
  process.env.XDG_RUNTIME_DIR = tempFolder()
  const found = await openControl({ ...setup, onNotice: (text) => notices.push(text) })
  const [run] = findRuns()
  expect(run).toMatchObject({ kind: 'capture', name: 'nifty50', url: found.url, started_ms: 1 })
  expect(JSON.stringify(found)).not.toContain(run?.token ?? 'none')
  await found.close()
  expect(findRuns()).toEqual([])
  expect(notices).toHaveLength(1)
})
