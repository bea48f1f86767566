import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { afterAll, expect, test } from 'vitest'
import { MdsError } from '../../src/core/errors.js'
import { loadInstruments } from '../../src/io/instruments-file.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-instruments-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))

function file(name: string, content: string | Uint8Array): string {
  const path = join(folder, name)
  writeFileSync(path, content)
  return path
}

async function complaint(path: string): Promise<MdsError> {
  const error: unknown = await loadInstruments(path).catch((reason: unknown) => reason)
  return error instanceof MdsError ? error : expect.fail(`expected an MdsError, found ${error}`)
}

const CSV = 'instrument_token,tradingsymbol,name\n408065,INFY,"INFOSYS, LIMITED"\nx,Y,Z\n'
const CONFIG = '{"instruments": {"INFY": {"token": "408065"}, "BAD": {}}}'

// The names lie on purpose: the content decides.
test.each([
  ['plain.csv', CSV, 'kite_master', 'line 3'],
  ['packed.csv', gzipSync(CSV), 'kite_master', 'line 3'],
  ['master.json', CSV, 'kite_master', 'line 3'],
  ['bom.csv', `\ufeff${CSV}`, 'kite_master', 'line 3'],
  ['crawler.json', CONFIG, 'crawler_config', 'instruments.BAD'],
  ['crawler.csv', `\ufeff  ${CONFIG}`, 'crawler_config', 'instruments.BAD'],
  ['crawler.txt', gzipSync(CONFIG), 'crawler_config', 'instruments.BAD'],
] as const)('%s is read by its content', async (name, content, kind, bad) => {
  const path = file(name, content)
  const loaded = await loadInstruments(path)
  expect(loaded).toMatchObject({ kind, path, instruments: [{ symbol: 'INFY', instrument_token: 408065, exchange: 'NSE' }] })
  expect(loaded.bad_entries.map(({ where }) => where)).toEqual([bad])
  expect(Buffer.compare(loaded.bytes, Buffer.from(content))).toBe(0)
})

test.each([
  ['empty.csv', '', 'not_a_master', 2],
  ['other.csv', 'a,b\n1,2\n', 'not_a_master', 2],
  ['noise.bin', Uint8Array.of(0, 255, 3, 10, 200), 'not_a_master', 2],
  ['broken.json', '{"instruments": ', 'not_a_master', 2],
  ['list.json', '[{"token":"2885"}]', 'not_a_crawler_config', 2],
  ['cut.gz', gzipSync(CSV).subarray(0, 30), 'unreadable_file', 3],
] as const)('%s is refused', async (name, content, code, exit_code) => {
  const path = file(name, content)
  const error = await complaint(path)
  expect([error.code, error.exitCode]).toEqual([code, exit_code])
  expect(error.message).toContain(path)
  expect(error.suggestions).not.toEqual([])
})

test('no such file, a folder, a file without leave to read', async () => {
  expect(await complaint(join(folder, 'none.csv'))).toMatchObject({ code: 'no_such_file', exitCode: 3 })
  mkdirSync(join(folder, 'folder.csv'))
  expect(await complaint(join(folder, 'folder.csv'))).toMatchObject({ code: 'not_a_file', exitCode: 2 })
  const locked = file('locked.csv', CSV)
  chmodSync(locked, 0)
  // The superuser may read anything.
  if (process.getuid?.() !== 0) expect(await complaint(locked)).toMatchObject({ code: 'unreadable_file', exitCode: 3 })
})
