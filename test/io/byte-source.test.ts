import { execFileSync, spawn } from 'node:child_process'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'
import { build } from 'esbuild'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { MdsError } from '../../src/core/errors.js'
import { type ByteSource, openByteSource } from '../../src/io/byte-source.js'
import { sampleRandom } from '../support/sample-records.js'
import { tempFolder } from '../support/temp-folder.js'
import { zstdFrame } from '../support/zstd-frame.js'

const random = sampleRandom(3)
/** Neither packing makes it smaller than one chunk of a stream. */
const content = Uint8Array.from({ length: 700_000 }, () => random(256))
const buffer = Buffer.from(content)

/** All that a source gives, asked for `size` bytes at a time. */
async function readAll(source: ByteSource, size = 65_536): Promise<Buffer> {
  const parts: Buffer[] = []
  for (;;) {
    const into = new Uint8Array(size)
    const count = await source.read(into)
    if (count === 0) break
    expect(count).toBeLessThanOrEqual(size)
    parts.push(Buffer.from(into.subarray(0, count)))
  }
  source.close()
  return Buffer.concat(parts)
}

async function readFile(name: string, bytes: Uint8Array, size?: number): Promise<{ source: ByteSource; read: Buffer }> {
  const source = await openByteSource(join(tempFolder({ [name]: bytes }), name))
  return { source, read: await readAll(source, size) }
}

const expectSame = (read: Buffer, expected: Uint8Array): void => {
  expect(read.length).toBe(expected.length)
  expect(read.equals(expected)).toBe(true)
}

describe('whole files', () => {
  test.each([
    ['plain', 'plain', content],
    ['gzip', 'gzip', gzipSync(content)],
    [
      'gzip in several members',
      'gzip',
      Buffer.concat([gzipSync(buffer.subarray(0, 9)), gzipSync(buffer.subarray(9, 300_000)), gzipSync(buffer.subarray(300_000))]),
    ],
    ['zstd', 'zstd', zstdFrame(content)],
    ['zstd in small blocks', 'zstd', zstdFrame(content, 1000)],
    [
      'zstd in several frames, as pzstd and mds archive write them',
      'zstd',
      Buffer.concat([
        zstdFrame(buffer.subarray(0, 9)),
        zstdFrame(buffer.subarray(9, 300_000)),
        zstdFrame(buffer.subarray(300_000)),
      ]),
    ],
    [
      'zstd in many tiny frames',
      'zstd',
      Buffer.concat(Array.from({ length: 700 }, (_, n) => zstdFrame(buffer.subarray(n * 1000, n * 1000 + 1000)))),
    ],
  ] as const)('%s: the bytes that went in', async (_, packing, bytes) => {
    const { source, read } = await readFile('recording.bin', bytes)
    expectSame(read, content)
    expect(source).toMatchObject({ packing, size: bytes.length, position: bytes.length, damage: undefined })
  })

  test('what follows a zstd frame and is none is damage', async () => {
    const { source, read } = await readFile('recording.bin', Buffer.concat([zstdFrame(content), Buffer.from('no frame at all')]))
    expectSame(read, content)
    expect(source.damage).toBeDefined()
  })

  test('the content says how a file is packed, never its name', async () => {
    expectSame((await readFile('a.bin', gzipSync(content))).read, content)
    expectSame((await readFile('a.bin.gz', content)).read, content)
    expectSame((await readFile('a.bin.zst', gzipSync(content))).read, content)
  })

  test('what is read does not depend on how much is asked for', async () => {
    const sizes = fc.integer({ min: 1, max: 400 })
    const packings = fc.constantFrom<(bytes: Uint8Array) => Uint8Array>((bytes) => bytes, gzipSync, zstdFrame)
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 600 }), packings, sizes, async (bytes, pack, size) => {
        // A recording never begins with the magic number of a packing.
        fc.pre(!(bytes[0] === 0x1f && bytes[1] === 0x8b))
        expectSame((await readFile('a.bin', pack(bytes), size)).read, bytes)
      }),
      { numRuns: 60 },
    )
  })

  test.each(['plain', 'one byte'])('an empty file, and one of a single byte', async (kind) => {
    const bytes = kind === 'plain' ? new Uint8Array(0) : Uint8Array.of(0x1f)
    const { source, read } = await readFile('a.bin', bytes)
    expectSame(read, bytes)
    expect(source).toMatchObject({ packing: 'plain', damage: undefined })
  })

  test('a file of the zstd program (zstd -19), with a checksum', async () => {
    const packed = Buffer.from('KLUv/WQAGCUBANB0aGUgc2FtZSB3b3JkcyBhZ2FpbiBhbmQsIAIA3ThUxxQrYypvRF0=', 'base64')
    const { source, read } = await readFile('a.bin.zst', packed)
    expect(read.toString()).toBe('the same words again and again, '.repeat(200))
    expect(source).toMatchObject({ packing: 'zstd', damage: undefined })
  })
})

describe('damaged packing: what came before the damage is read', () => {
  test.each([
    ['gzip', gzipSync(content)],
    ['zstd', zstdFrame(content, 10_000)],
  ])('%s, cut in the middle', async (_, packed) => {
    const { source, read } = await readFile('a.bin', packed.subarray(0, 500_000))
    expectSame(read, content.subarray(0, read.length))
    expect(read.length).toBeGreaterThan(460_000)
    expect(read.length).toBeLessThan(500_001)
    expect(source.damage).toMatch(/\w/)
  })

  test('gzip with flipped bits', async () => {
    const packed = gzipSync('0123456789'.repeat(100_000))
    const at = packed.length - 200
    packed[at] = (packed[at] ?? 0) ^ 0xff
    const { source, read } = await readFile('a.bin', packed)
    expect(source.damage).toMatch(/\w/)
    expect(read.length).toBeLessThanOrEqual(1_000_000)
  })

  test('gzip with junk behind its end', async () => {
    const { source, read } = await readFile('a.bin', Buffer.concat([gzipSync(content), Buffer.from('junk behind')]))
    // zlib keeps back what the failing piece (16 KiB) unpacks to.
    expectSame(read, content.subarray(0, read.length))
    expect(read.length).toBeGreaterThan(content.length - 32_768)
    expect(source.damage).toMatch(/\w/)
  })

  test('nothing but a magic number', async () => {
    for (const magic of [
      [0x1f, 0x8b],
      [0x28, 0xb5, 0x2f, 0xfd],
    ]) {
      const { source, read } = await readFile('a.bin', Uint8Array.from(magic))
      expect(read.length).toBe(0)
      expect(source.damage).toMatch(/\w/)
    }
  })
})

describe('streams', () => {
  /** Prints packing, count and sum of what a source named on the command line gives. */
  async function script(folder: string): Promise<string> {
    const outfile = join(folder, 'read.mjs')
    await build({
      stdin: {
        contents: `import { openByteSource } from './src/io/byte-source.js'
          const source = await openByteSource(process.argv[2])
          const into = new Uint8Array(5000)
          let count = 0, sum = 0
          for (;;) {
            const got = await source.read(into)
            if (got === 0) break
            count += got
            for (const byte of into.subarray(0, got)) sum = (sum * 31 + byte) % 1000003
          }
          source.close()
          console.log(source.packing, count, sum, String(source.damage))`,
        resolveDir: process.cwd(),
      },
      bundle: true,
      platform: 'node',
      format: 'esm',
      external: ['fzstd'],
      outfile,
      logLevel: 'silent',
    })
    return outfile
  }
  const sum = (bytes: Uint8Array): number => bytes.reduce((total, byte) => (total * 31 + byte) % 1_000_003, 0)
  const answer = (packing: string): string => `${packing} ${content.length} ${sum(content)} undefined`

  test.each([
    ['plain', content],
    ['gzip', gzipSync(content)],
  ])('standard input, %s', async (packing, bytes) => {
    const file = await script(tempFolder())
    expect(execFileSync(process.execPath, [file, '-'], { input: bytes, encoding: 'utf8' }).trim()).toBe(answer(packing))
  })

  test('standard input that comes in pieces, slowly', async () => {
    const file = await script(tempFolder())
    const child = spawn(process.execPath, [file, '-'], { stdio: ['pipe', 'pipe', 'inherit'] })
    let out = ''
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      out += text
    })
    const packed = gzipSync(content)
    for (const part of [packed.subarray(0, 1), packed.subarray(1, 3), packed.subarray(3, 1000), packed.subarray(1000)]) {
      child.stdin.write(part)
      await new Promise((resolve) => setTimeout(resolve, 20))
    }
    child.stdin.end()
    await new Promise((resolve) => child.on('close', resolve))
    expect(out.trim()).toBe(answer('gzip'))
  })

  test('a named pipe', async () => {
    const folder = tempFolder({ content })
    const path = join(folder, 'pipe')
    execFileSync('mkfifo', [path])
    spawn('cp', [join(folder, 'content'), path])
    const source = await openByteSource(path)
    expectSame(await readAll(source), content)
    expect(source).toMatchObject({ packing: 'plain', size: undefined, position: content.length })
  })

  test('closing early leaves nothing behind', async () => {
    const folder = tempFolder({ 'a.bin': gzipSync(content), 'b.bin': content })
    for (const name of ['a.bin', 'b.bin']) {
      const source = await openByteSource(join(folder, name))
      await source.read(new Uint8Array(10))
      source.close()
      source.close()
    }
  })
})

describe('what cannot be read', () => {
  const failure = async (path: string): Promise<MdsError> => {
    const error: unknown = await openByteSource(path).then(
      () => undefined,
      (reason: unknown) => reason,
    )
    if (!(error instanceof MdsError)) throw new Error(`expected an MdsError, found ${String(error)}`)
    return error
  }

  test('a file that is not there', async () => {
    const error = await failure('/no/such/file.bin')
    expect(error).toMatchObject({ code: 'unreadable_file', exitCode: 3 })
    expect(error.message).toBe('Cannot read the recording /no/such/file.bin: there is no such file.')
    expect(error.suggestions.length).toBeGreaterThan(0)
  })

  test('a folder', async () => {
    const folder = join(tempFolder(), 'folder')
    mkdirSync(folder)
    expect((await failure(folder)).message).toContain('it is a folder')
  })
})
