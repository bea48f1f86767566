import { spawnSync } from 'node:child_process'
import {
  existsSync,
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { build } from 'esbuild'
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { MdsError } from '../../src/core/index.js'
import { type FilePort, openFile, openStdout } from '../../src/io/output.js'

let root = ''
let folder = ''
let cases = 0
beforeAll(async () => {
  root = mkdtempSync(join(tmpdir(), 'mds-output-'))
  // a program of its own, so that real pipes and a real standard output are at its ends
  writeFileSync(
    join(root, 'writer.ts'),
    `import { openStdout } from ${JSON.stringify(new URL('../../src/io/output.ts', import.meta.url).pathname)}
    const sink = openStdout()
    const block = new TextEncoder().encode('0123456789abcde\\n'.repeat(4096))
    let blocks = 0
    try {
      while (blocks < Number(process.argv[2]) && sink.write(block)) blocks++
      sink.finish()
      process.stderr.write('blocks ' + blocks)
    } catch (error) {
      process.stderr.write(error.code + ': ' + error.message)
      process.exitCode = error.exitCode
    }`,
  )
  await build({
    entryPoints: [join(root, 'writer.ts')],
    outfile: join(root, 'writer.mjs'),
    bundle: true,
    platform: 'node',
    format: 'esm',
  })
})
afterAll(() => rmSync(root, { recursive: true }))
beforeEach(() => {
  folder = join(root, `case-${cases++}`)
  mkdirSync(folder)
})

const text = (words: string): Uint8Array => new TextEncoder().encode(words)

function failure(action: () => unknown): MdsError {
  try {
    action()
  } catch (error) {
    if (error instanceof MdsError) return error
    throw error
  }
  throw new Error('expected an MdsError, nothing was thrown')
}

/** A disk that takes so many bytes and no more. */
function fullDiskAfter(bytes: number): FilePort {
  const disk = new Map<number, number>()
  const removed: string[] = []
  return {
    open: (path) => {
      writeFileSync(path, '')
      disk.set(7, 0)
      return 7
    },
    write: (fd, _bytes, _offset, length) => {
      const used = disk.get(fd) ?? 0
      if (used >= bytes) throw Object.assign(new Error('ENOSPC: no space left on device'), { code: 'ENOSPC' })
      const taken = Math.min(length, bytes - used)
      disk.set(fd, used + taken)
      return taken
    },
    sync: () => {},
    close: () => {},
    rename: () => {
      throw new Error('a file that is not whole must not be renamed')
    },
    remove: (path) => {
      removed.push(path)
      rmSync(path)
    },
  }
}

const shell = (command: string): { status: number | null; stdout: string; stderr: string } =>
  spawnSync('bash', ['-c', command], { encoding: 'utf8', cwd: root, maxBuffer: 64 * 1024 * 1024 })

test('a pipe gets every byte, slow reader or not', () => {
  const { stdout } = shell(`node writer.mjs 64 | (sleep 0.3; cat) | wc -c`)
  expect(Number(stdout)).toBe(64 * 65_536)
})

test('a reader that has seen enough stops us quietly', () => {
  const { stdout, stderr } = shell('set -o pipefail; node writer.mjs 100000 | head -n 2; echo "status $?"')
  expect(stdout).toBe('0123456789abcde\n0123456789abcde\nstatus 0\n')
  expect(stderr).toMatch(/^blocks \d+$/)
})

test('a full disk behind standard output is an error that says so', () => {
  const { status, stderr } = shell('node writer.mjs 10 > /dev/full')
  expect(stderr).toBe('output_failed: Cannot write standard output: no space is left on its disk (ENOSPC).')
  expect(status).toBe(3)
})

test('a non-blocking pipe that is full is waited for', () => {
  const seen: number[] = []
  let tries = 0
  const files: FilePort = {
    ...fullDiskAfter(Number.POSITIVE_INFINITY),
    write: (_fd, bytes, offset, length) => {
      if (tries++ % 2 === 0) throw Object.assign(new Error('EAGAIN'), { code: 'EAGAIN' })
      const taken = Math.min(3, length)
      seen.push(...bytes.subarray(offset, offset + taken))
      return taken
    },
  }
  expect(openStdout(1, files).write(text('ten bytes.'))).toBe(true)
  expect(new TextDecoder().decode(Uint8Array.from(seen))).toBe('ten bytes.')
})

test('a file appears whole, under its name only when it is finished', () => {
  const path = join(folder, 'out.ndjson')
  writeFileSync(path, 'old')
  const sink = openFile(path)
  sink.write(text('new '))
  sink.write(text('content'))
  expect(readFileSync(path, 'utf8')).toBe('old')
  expect(readdirSync(folder).sort()).toEqual([`.out.ndjson.${process.pid}.tmp`, 'out.ndjson'])
  sink.finish()
  expect(readFileSync(path, 'utf8')).toBe('new content')
  sink.abort()
  expect(readdirSync(folder)).toEqual(['out.ndjson'])
})

test('an aborted file leaves nothing, and what stood there before stays', () => {
  const path = join(folder, 'out.csv')
  writeFileSync(path, 'old')
  const sink = openFile(path)
  sink.write(text('half'))
  sink.abort()
  expect(readdirSync(folder)).toEqual(['out.csv'])
  expect(readFileSync(path, 'utf8')).toBe('old')
})

test('a disk that fills up leaves nothing half-written', () => {
  const path = join(folder, 'out.parquet')
  const sink = openFile(path, { files: fullDiskAfter(10) })
  expect(sink.write(text('eight by'))).toBe(true)
  const error = failure(() => sink.write(text('too much')))
  expect(error.message).toBe(`Cannot write ${path}: no space is left on its disk (ENOSPC).`)
  expect(error.exitCode).toBe(3)
  expect(readdirSync(folder)).toEqual([])
})

test('a disk that turns out to be full at the last moment, likewise', () => {
  const path = join(folder, 'out.parquet')
  const files: FilePort = {
    ...fullDiskAfter(100),
    sync: () => {
      throw Object.assign(new Error('EIO'), { code: 'EIO' })
    },
  }
  const sink = openFile(path, { files })
  sink.write(text('bytes'))
  expect(failure(() => sink.finish()).message).toContain('the disk failed')
  expect(readdirSync(folder)).toEqual([])
})

test('a folder, a missing folder and a file in the way are explained', () => {
  expect(failure(() => openFile(folder))).toMatchObject({ code: 'output_is_folder', exitCode: 2 })
  const missing = failure(() => openFile(join(folder, 'no', 'out.csv')))
  expect(missing.message).toBe(`Cannot write ${join(folder, 'no', 'out.csv')}: its folder does not exist (ENOENT).`)
  expect(missing.suggestions).toEqual([`mkdir -p ${join(folder, 'no')}`])
  writeFileSync(join(folder, 'file'), '')
  expect(failure(() => openFile(join(folder, 'file', 'out.csv'))).message).toContain('ENOTDIR')
  expect(existsSync(join(folder, 'no'))).toBe(false)
  const made = openFile(join(folder, 'no', 'out.csv'), { makeFolder: true })
  made.finish()
  expect(readdirSync(join(folder, 'no'))).toEqual(['out.csv'])
})

test('a folder we may not write in is explained', () => {
  const files: FilePort = {
    ...fullDiskAfter(0),
    open: () => {
      throw Object.assign(new Error('EACCES'), { code: 'EACCES' })
    },
  }
  const error = failure(() => openFile(join(folder, 'out.csv'), { files }))
  expect(error.message).toBe(`Cannot write ${join(folder, 'out.csv')}: writing there is not allowed (EACCES).`)
  expect(error.suggestions).toEqual([`check the permissions of ${folder}`])
})

test('a device is written as it is, and a link to a file leads to the file', () => {
  const sink = openFile('/dev/null')
  expect(sink.write(text('gone'))).toBe(true)
  sink.finish()
  expect(failure(() => openFile('/dev/full').write(text('x'))).message).toContain('ENOSPC')
  writeFileSync(join(folder, 'target.csv'), 'old')
  symlinkSync('target.csv', join(folder, 'link.csv'))
  const linked = openFile(join(folder, 'link.csv'))
  linked.write(text('new'))
  linked.finish()
  expect(readFileSync(join(folder, 'target.csv'), 'utf8')).toBe('new')
})

test('names of recordings are refused, behind a link too', () => {
  for (const name of ['day.bin', 'day.bin.gz', 'day.bin.zst', 'DAY.BIN'])
    expect(failure(() => openFile(join(folder, name)))).toMatchObject({ code: 'output_is_recording', exitCode: 2 })
  symlinkSync('day.bin', join(folder, 'link.csv'))
  expect(failure(() => openFile(join(folder, 'link.csv'))).code).toBe('output_is_recording')
  writeFileSync(join(folder, 'day.bin'), 'ticks')
  expect(failure(() => openFile(join(folder, 'link.csv'))).code).toBe('output_is_recording')
  expect(readFileSync(join(folder, 'day.bin'), 'utf8')).toBe('ticks')
})

test('a link that leads nowhere yet stays, and its target is made; one that leads to itself is refused', () => {
  mkdirSync(join(folder, 'deep'))
  symlinkSync('deep/second.csv', join(folder, 'first.csv'))
  symlinkSync('third.csv', join(folder, 'deep', 'second.csv'))
  const sink = openFile(join(folder, 'first.csv'))
  sink.write(text('rows'))
  sink.finish()
  expect(readFileSync(join(folder, 'deep', 'third.csv'), 'utf8')).toBe('rows')
  expect(lstatSync(join(folder, 'first.csv')).isSymbolicLink()).toBe(true)
  symlinkSync('loop.csv', join(folder, 'loop.csv'))
  expect(failure(() => openFile(join(folder, 'loop.csv'))).message).toContain('leads back to itself')
})

test('the temporary file is new: a stale one is removed, a link under its name is never followed', () => {
  const temporary = join(folder, `.out.csv.${process.pid}.tmp`)
  writeFileSync(temporary, 'left by a killed process')
  const sink = openFile(join(folder, 'out.csv'))
  sink.write(text('rows'))
  sink.finish()
  expect(readFileSync(join(folder, 'out.csv'), 'utf8')).toBe('rows')
  writeFileSync(join(folder, 'precious'), 'kept')
  symlinkSync('precious', temporary)
  expect(failure(() => openFile(join(folder, 'out.csv')).write(text('rows'))).message).toContain('EEXIST')
  expect(readFileSync(join(folder, 'precious'), 'utf8')).toBe('kept')
})
