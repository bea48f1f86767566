import { closeSync, constants, createReadStream, fstatSync, openSync, read as readAsync, readSync, type Stats } from 'node:fs'
import { Socket } from 'node:net'
import type { Readable } from 'node:stream'
import * as zlib from 'node:zlib'
import { EXIT, interrupted, MdsError } from '../core/errors.js'

/** Bytes of a recording, whatever it is wrapped in. */
export interface ByteSource {
  /** Bytes read so far from the file itself, packed if it is. */
  position: number
  /** Size of the file itself; undefined for a stream. */
  readonly size: number | undefined
  readonly packing: 'plain' | 'gzip' | 'zstd'
  /** Why unpacking stopped before the end: the file is cut or damaged. */
  damage: string | undefined
  /** True when it pays to ask for the next bytes before these are used: a file, where they are there already. */
  readonly reads_ahead: boolean
  /** Puts bytes at the beginning of `into`; answers how many, 0 at the end. One call at a time; not to be closed before it answers. */
  read(into: Uint8Array): Promise<number>
  close(): void
}

const MAGIC_BYTES = 4
const GZIP_MAGIC = 0x1f8b
const ZSTD_MAGIC = 0x28b52ffd
const STREAM_CHUNK_BYTES = 256 * 1024
const PACKED_PIECE_BYTES = 16 * 1024

/**
 * Opens a recording; its content says how it is packed, never its name. `-` is standard input. Where bytes come late or never, an abort of
 * `signal` ends the wait with `interrupted`.
 */
export async function openByteSource(path: string, signal?: AbortSignal): Promise<ByteSource> {
  if (path === '-') return unpacking('-', untilAborted(process.stdin, signal), undefined)
  const fd = openForReading(path)
  /** The descriptor is somebody else's to close. */
  let handed = false
  try {
    const stat = fstatSync(fd)
    if (stat.isDirectory()) throw unreadable(path, 'it is a folder')
    // Never opened twice: the writer of a pipe would find it closed in between.
    handed = !stat.isFile()
    if (handed) return unpacking(path, untilAborted(streamOf(fd, stat), signal), undefined)
    const magic = Buffer.alloc(MAGIC_BYTES)
    readSync(fd, magic, 0, MAGIC_BYTES, 0)
    handed = true
    if (packingOf(magic) === 'plain') return plainFile(path, fd, stat.size)
    const packed = createReadStream(path, { fd, start: 0, highWaterMark: STREAM_CHUNK_BYTES })
    return unpacking(path, untilAborted(packed, signal), stat.size)
  } catch (error) {
    if (!handed) closeSync(fd)
    throw named(error, path)
  }
}

/** A pipe is waited for by the event loop: a thread that waits for its writer could not be called off. */
const streamOf = (fd: number, stat: Stats): Readable =>
  stat.isFIFO()
    ? new Socket({ fd, readable: true, writable: false })
    : createReadStream('', { fd, highWaterMark: STREAM_CHUNK_BYTES })

function untilAborted(stream: Readable, signal: AbortSignal | undefined): Readable {
  const onAbort = (): void => void stream.destroy(interrupted())
  signal?.addEventListener('abort', onAbort, { once: true })
  stream.once('close', () => signal?.removeEventListener('abort', onAbort))
  return stream
}

function plainFile(path: string, fd: number, size: number): ByteSource {
  let open = true
  return {
    position: 0,
    size,
    packing: 'plain',
    damage: undefined,
    reads_ahead: true,
    // Another thread copies the bytes, so that the ones before can be used meanwhile.
    read(into) {
      return new Promise((resolve, reject) => {
        readAsync(fd, into, 0, into.length, this.position, (error, count) => {
          if (error !== null) return reject(named(error, path))
          this.position += count
          resolve(count)
        })
      })
    },
    close() {
      if (open) closeSync(fd)
      open = false
    },
  }
}

/** A stream, unpacked if its first bytes say so. What could be unpacked before damage is still read. */
async function unpacking(path: string, raw: Readable, size: number | undefined): Promise<ByteSource> {
  const packed = raw[Symbol.asyncIterator]() as AsyncIterator<Buffer>
  const first = await firstChunk(packed, path)
  const packing = packingOf(first)
  const source: ByteSource = {
    position: 0,
    size,
    packing,
    damage: undefined,
    reads_ahead: false,
    read,
    close: () => raw.destroy(),
  }
  const counted = counting(first, packed, source)
  const chunks = packing === 'plain' ? counted : await unpacked(packing, counted, (why) => (source.damage = why))
  let chunk: Uint8Array = new Uint8Array(0)
  return source

  async function read(into: Uint8Array): Promise<number> {
    while (chunk.length === 0) {
      const next = await chunks.next().catch((error: unknown) => {
        throw named(error, path)
      })
      if (next.done === true) return 0
      chunk = next.value
    }
    const count = Math.min(into.length, chunk.length)
    into.set(chunk.subarray(0, count))
    chunk = chunk.subarray(count)
    return count
  }
}

async function firstChunk(packed: AsyncIterator<Buffer>, path: string): Promise<Buffer> {
  let first = Buffer.alloc(0)
  try {
    while (first.length < MAGIC_BYTES) {
      const next = await packed.next()
      if (next.done === true) break
      first = Buffer.concat([first, next.value])
    }
  } catch (error) {
    throw named(error, path)
  }
  return first
}

async function* counting(first: Buffer, rest: AsyncIterator<Buffer>, source: ByteSource): AsyncGenerator<Uint8Array> {
  for (let chunk = first; ; ) {
    source.position += chunk.length
    if (chunk.length > 0) yield chunk
    const next = await rest.next()
    if (next.done === true) return
    chunk = next.value
  }
}

async function unpacked(
  packing: 'gzip' | 'zstd',
  chunks: AsyncGenerator<Uint8Array>,
  onDamage: (why: string) => void,
): Promise<AsyncGenerator<Uint8Array>> {
  if (packing === 'gzip') return throughNode(zlib.createGunzip({ chunkSize: STREAM_CHUNK_BYTES }), chunks, onDamage)
  // Not Node's own, from 22.15: it ends at the first of several frames, and 22 takes a file that was cut for a whole one. Both measured, and
  // neither is faster (300-450 MB/s against 280 on full packets).
  return throughFzstd(chunks, onDamage)
}

/**
 * Takes what a piece unpacks to before the next one goes in: an unpacker that fails throws away what nobody has taken yet, so that is never more
 * than one piece unpacks to.
 */
async function* throughNode(
  unpacker: NodeJS.ReadWriteStream,
  chunks: AsyncGenerator<Uint8Array>,
  onDamage: (why: string) => void,
): AsyncGenerator<Uint8Array> {
  const ready: Uint8Array[] = []
  let is_over = false
  unpacker.on('data', (chunk: Buffer) => ready.push(chunk))
  unpacker.on('error', (error: Error) => onDamage(error.message))
  unpacker.on('end', () => {
    is_over = true
  })
  unpacker.on('close', () => {
    is_over = true
  })
  for await (const chunk of chunks) {
    for (let at = 0; at < chunk.length && !is_over; at += PACKED_PIECE_BYTES) {
      await orClosed(unpacker, (done) => unpacker.write(chunk.subarray(at, at + PACKED_PIECE_BYTES), done))
      yield* ready.splice(0)
    }
    if (is_over) return
  }
  await orClosed(unpacker, (done) => unpacker.once('end', done).end())
  yield* ready.splice(0)
}

/** Waits until `act` is done, or until the stream is closed and never will be. */
function orClosed(stream: NodeJS.ReadWriteStream, act: (done: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const done = (): void => {
      stream.off('close', done)
      resolve()
    }
    stream.once('close', done)
    act(done)
  })
}

async function* throughFzstd(chunks: AsyncGenerator<Uint8Array>, onDamage: (why: string) => void): AsyncGenerator<Uint8Array> {
  const { Decompress } = await import('fzstd')
  const ready: Uint8Array[] = []
  let whole = false
  const unpacker = new Decompress((chunk, is_last) => {
    ready.push(chunk)
    whole = is_last === true
  })
  try {
    for await (const chunk of chunks) {
      unpacker.push(chunk)
      yield* ready.splice(0)
    }
    unpacker.push(new Uint8Array(0), true)
    yield* ready.splice(0)
  } catch (error) {
    yield* ready.splice(0)
    onDamage(error instanceof Error ? error.message : String(error))
    return
  }
  if (!whole) onDamage('unexpected end of file')
}

function packingOf(magic: Buffer): ByteSource['packing'] {
  if (magic.length >= 2 && magic.readUInt16BE(0) === GZIP_MAGIC) return 'gzip'
  return magic.length >= MAGIC_BYTES && magic.readUInt32BE(0) === ZSTD_MAGIC ? 'zstd' : 'plain'
}

function openForReading(path: string): number {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK) // or a pipe without a writer would hold us here
  } catch (error) {
    throw named(error, path)
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'reading it is not allowed (check its permissions)',
  EPERM: 'reading it is not allowed (check its permissions)',
  EISDIR: 'it is a folder',
  EIO: 'the disk failed while reading',
  EMFILE: 'too many files are open at once (raise the limit: ulimit -n 4096)',
  ENFILE: 'too many files are open on this machine',
}

function named(error: unknown, path: string): unknown {
  const code = error instanceof Error && 'code' in error ? String(error.code) : undefined
  return error instanceof MdsError || code === undefined ? error : unreadable(path, REASONS[code] ?? code)
}

function unreadable(path: string, reason: string): MdsError {
  return new MdsError('unreadable_file', {
    message: `Cannot read the recording ${path}: ${reason}.`,
    suggestions: ['mds info shows which recordings there are'],
    exitCode: EXIT.unreadable,
  })
}
