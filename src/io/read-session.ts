import { setImmediate } from 'node:timers/promises'
import type { Diagnostic } from '../core/diagnostics.js'
import { EXIT, interrupted, MdsError } from '../core/errors.js'
import { type FrameConsumer, RecordingMerge, RecordingReader } from '../core/recording/index.js'
import { type ByteSource, openByteSource } from './byte-source.js'
import type { RecordingFile, SessionFiles } from './find-recordings.js'

/** What was read of one file. */
export interface FileSummary {
  readonly path: string
  readonly profile: string
  readonly records: number
  /** Unpacked. */
  readonly bytes: number
  readonly packing: ByteSource['packing']
  readonly byte_order: 'big' | 'little'
  readonly first_ms: number
  readonly last_ms: number
}

export interface ReadOptions {
  onDiagnostic(diagnostic: Diagnostic): void
  /** Called between steps of some MB, with bytes read and to read (undefined when unknown) of the files as they lie on disk. */
  onProgress?(done_bytes: number, total_bytes: number | undefined): void
  /** Awaited between steps: a slow or pacing consumer waits here. */
  pause?(): Promise<void> | undefined
  /** Bytes of records between two looks at the event loop and the gate; 8 MiB unless given. */
  step_bytes?: number
  /** Decides how far reading may go; without one, to the end. */
  gate?: Gate
  signal?: AbortSignal
}

/** Stands in front of the records and lets them pass by their time of receipt. */
export interface Gate {
  /** Records received up to this moment are handed out. */
  readonly until_ms: number
  /**
   * The next record was received at `next_ms`, after `until_ms`: move it, at once or later. `undefined` between steps of some MB.
   * False: read no further.
   */
  pass(next_ms: number | undefined): boolean | Promise<boolean>
}

/** Between two looks at the event loop: 2 ms of work. */
const STEP_BYTES = 8 * 1024 * 1024

/**
 * Reads all files of a session in their total order. Throws when a file can't be read, when none of them holds a record, and on abort
 * (`interrupted`).
 */
export async function readSession(session: SessionFiles, consumer: FrameConsumer, options: ReadOptions): Promise<FileSummary[]> {
  const connections = connectionsOf(session)
  const inputs: Input[] = []
  try {
    for (const [index, file] of session.files.entries())
      inputs.push(await openInput(file, index, connections.indexOf(connectionKey(file)), options))
    await drain(inputs, consumer, options)
    if (options.signal?.aborted === true) throw interrupted() // the end of a stream that was cut by it
  } finally {
    await Promise.allSettled(inputs.map(({ ahead }) => ahead))
    for (const { source } of inputs) source.close()
  }
  for (const input of inputs) reportDamage(input, options)
  if (inputs.every(({ reader }) => reader.records === 0)) throw noRecords(inputs)
  for (const input of inputs) if (input.reader.records === 0) options.onDiagnostic(emptyFile(input))
  return inputs.map(({ file, reader, source }) => ({
    path: file.path,
    profile: file.profile,
    records: reader.records,
    bytes: reader.total_bytes,
    packing: source.packing,
    byte_order: reader.byte_order ?? 'big',
    first_ms: reader.first_ms,
    last_ms: reader.last_ms,
  }))
}

/** The dense number of a connection is its place here: by profile, then by the connection's own number. */
export const connectionsOf = ({ files }: SessionFiles): string[] => [...new Set(files.map(connectionKey))]
export const connectionKey = ({ profile, connection }: Pick<RecordingFile, 'profile' | 'connection'>): string =>
  `${profile} c${connection}`

interface Input {
  readonly file: RecordingFile
  readonly source: ByteSource
  readonly reader: RecordingReader
  /** The next bytes, under way while the last ones are used. */
  ahead: Promise<number> | undefined
}

async function openInput(file: RecordingFile, index: number, connection: number, options: ReadOptions): Promise<Input> {
  const source = await openByteSource(file.path, options.signal)
  const reader = new RecordingReader(index, connection, (code, { record, offset }, detail) => {
    options.onDiagnostic({ code, file: file.path, record, offset, detail })
  })
  return { file, source, reader, ahead: undefined }
}

async function drain(inputs: readonly Input[], consumer: FrameConsumer, options: ReadOptions): Promise<void> {
  const by_reader = new Map(inputs.map((input) => [input.reader, input]))
  const merge = new RecordingMerge(inputs.map(({ reader }) => reader))
  const sizes = inputs.map(({ source }) => source.size)
  const total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  const step_bytes = options.step_bytes ?? STEP_BYTES
  let since_step = 0
  for (;;) {
    const next = merge.drain(consumer, step_bytes, options.gate?.until_ms)
    if (next === 'done') return
    if (next === 'held') {
      const passing = options.gate?.pass(merge.next_ms) ?? false
      if (!(typeof passing === 'boolean' ? passing : await passing)) return
      continue
    }
    if (next !== 'paused') {
      since_step += await fill(by_reader.get(next) as Input, consumer)
      if (since_step < step_bytes) continue
    }
    since_step = 0
    options.onProgress?.(
      inputs.reduce((sum, { source }) => sum + source.position, 0),
      total,
    )
    await options.pause?.()
    await setImmediate()
    if (options.gate !== undefined && !(await options.gate.pass(undefined))) return
    if (options.signal?.aborted === true) throw interrupted()
  }
}

/** Waits for the next bytes of an input, and asks for those behind them. */
async function fill(input: Input, consumer: FrameConsumer): Promise<number> {
  const count = await (input.ahead ?? ask(input, consumer))
  input.ahead = undefined
  if (count === 0) input.reader.ended()
  else {
    input.reader.filled(count)
    // Not after the first bytes: those of a later part wait for their hour.
    if (input.source.reads_ahead && input.reader.total_bytes > count) input.ahead = ask(input, consumer)
  }
  return count
}

function ask({ source, reader }: Input, consumer: FrameConsumer): Promise<number> {
  consumer.onRecycle(reader.view)
  const reading = source.read(reader.space())
  reading.catch(() => {}) // whoever waits for it is told; until then nobody may be
  return reading
}

function reportDamage({ file, source, reader }: Input, options: ReadOptions): void {
  if (source.damage === undefined) return
  options.onDiagnostic({
    code: 'damaged_packing',
    file: file.path,
    record: reader.records,
    offset: reader.total_bytes,
    detail: { packing: source.packing, reason: source.damage },
  })
}

const emptyFile = ({ file, reader }: Input): Diagnostic => ({
  code: 'not_a_recording',
  file: file.path,
  record: -1,
  offset: 0,
  detail: { bytes: reader.total_bytes },
})

function noRecords(inputs: readonly Input[]): MdsError {
  const paths = inputs.map(({ file }) => (file.path === '-' ? 'standard input' : file.path)).join(', ')
  const bytes = inputs.reduce((sum, { reader }) => sum + reader.total_bytes, 0)
  const found =
    bytes === 0
      ? 'found nothing (0 bytes)'
      : `found ${bytes} bytes in which no record begins (expected [received ms: u64][length: u32][message], big-endian)`
  return new MdsError('not_a_recording', {
    message: `Expected a recording in ${paths}, ${found}.`,
    suggestions: ['mds info shows which recordings there are', 'docs/recording-format.md describes the format'],
    exitCode: EXIT.unreadable,
  })
}
