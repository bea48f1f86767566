import { DecodeStage } from '../core/engine/index.js'
import { fieldsNamed, TickBatch } from '../core/formats/index.js'
import { type Field, type Instrument, TICK_FIELDS } from '../core/market/index.js'
import { parseWindowEnd, type WindowEnd, windowOn } from '../core/replay/index.js'
import { istDay } from '../core/time/index.js'
import { DiagnosticsLog } from './diagnostics-log.js'
import { EncodedOutput } from './encoded-output.js'
import { findRecordings, type SessionFiles } from './find-recordings.js'
import { formatFor } from './formats.js'
import { refuseInputAsOutput } from './inputs.js'
import { InstrumentChoice, type InstrumentWishes } from './instrument-filter.js'
import { openFile, openStdout } from './output.js'
import { type FileSummary, readSession } from './read-session.js'
import { noteMasters, type RunListener, type SessionRequest } from './run-sessions.js'
import { masterPaths, sessionInstruments } from './session-instruments.js'

/** What the command line says. */
export interface DecodeWords extends SessionRequest {
  readonly wishes: InstrumentWishes
  readonly from: string | undefined
  readonly to: string | undefined
  /** Empty: all fields. */
  readonly fields: readonly string[]
  readonly limit: number
  readonly output: string | undefined
  readonly format: string | undefined
}

export interface DecodeSummary {
  ticks: number
  packets: number
  unknown_instruments: number
  readonly output: string
  readonly format: string
  readonly files: FileSummary[]
  readonly diagnostics: DiagnosticsLog
}

/** First and last rows of a table on a terminal. */
const TABLE_ROWS = 40

/** Every packet of the recordings as a row, in the order of the merge. A file appears whole or not at all. */
export async function runDecode(words: DecodeWords, run: RunListener): Promise<DecodeSummary> {
  const fields = words.fields.length === 0 ? TICK_FIELDS : fieldsNamed(TICK_FIELDS, words.fields)
  const from = words.from === undefined ? undefined : parseWindowEnd(words.from, '--from')
  const to = words.to === undefined ? undefined : parseWindowEnd(words.to, '--to')
  refuseInputAsOutput(words.output, words)
  const { sessions, notices } = findRecordings(words.recordings)
  for (const notice of notices) run.onNotice(notice)
  const to_terminal = process.stdout.isTTY === true
  const format = await formatFor(
    { format: words.format, output: words.output, isTTY: to_terminal, fallback: 'ndjson' },
    { width: process.stdout.columns ?? 120, limit: TABLE_ROWS },
  )
  const sink = words.output === undefined || words.output === '-' ? openStdout() : openFile(words.output)
  const output = new TickOutput(new EncodedOutput(sink, format.open(fields)), fields)
  const summary: DecodeSummary = {
    ticks: 0,
    packets: 0,
    unknown_instruments: 0,
    output: words.output ?? '-',
    format: format.id,
    files: [],
    diagnostics: new DiagnosticsLog(),
  }
  const choice = new InstrumentChoice(words.wishes, sessions.length, run.onNotice)
  try {
    for (const session of sessions)
      if (!output.isDone(words.limit)) await decodeSession(session, { words, run, choice, from, to, output, summary })
    choice.finish()
    output.finish()
  } catch (error) {
    sink.abort()
    throw error
  }
  summary.ticks = output.ticks
  return summary
}

interface Decoding {
  readonly words: DecodeWords
  readonly run: RunListener
  readonly choice: InstrumentChoice
  readonly from: WindowEnd | undefined
  readonly to: WindowEnd | undefined
  readonly output: TickOutput
  readonly summary: DecodeSummary
}

async function decodeSession(session: SessionFiles, { words, run, choice, from, to, output, summary }: Decoding): Promise<void> {
  const { table, files: masters } = await sessionInstruments(session, words.instruments)
  noteMasters(masters, run)
  const filter = choice.filterOf(session, table, masterPaths(session, words.instruments))
  if (filter.is_empty) return
  const onDiagnostic = summary.diagnostics.add.bind(summary.diagnostics)
  const stage = new DecodeStage(
    {
      instruments: table,
      files: session.files.map(({ path }) => path),
      isWanted: filter.isWanted,
      windowOf: (first_ms) => windowOn(session.day ?? istDay(first_ms), from, to),
      limit: words.limit - output.ticks,
    },
    { onTick: (...tick) => output.append(...tick), onDiagnostic },
  )
  output.begin(stage.instruments)
  const gate = { until_ms: Number.POSITIVE_INFINITY, pass: () => output.wanted && !stage.isFull }
  summary.files.push(
    ...(await readSession(session, stage, { onDiagnostic, onProgress: run.onProgress, signal: run.signal, gate })),
  )
  output.drain()
  summary.packets += stage.packets
  summary.unknown_instruments += stage.unknown_instruments
}

/** Ticks into one stream, a batch per session: each session numbers its instruments anew. */
class TickOutput {
  ticks = 0
  readonly #encoded: EncodedOutput
  readonly #fields: readonly Field[]
  #batch: TickBatch

  constructor(encoded: EncodedOutput, fields: readonly Field[]) {
    this.#encoded = encoded
    this.#fields = fields
    this.#batch = new TickBatch([], fields)
  }

  get wanted(): boolean {
    return this.#encoded.wanted
  }

  isDone(limit: number): boolean {
    return !this.wanted || this.ticks >= limit
  }

  begin(instruments: readonly Instrument[]): void {
    this.#batch = new TickBatch(instruments, this.#fields)
  }

  append(...tick: Parameters<TickBatch['append']>): void {
    this.ticks++
    this.#batch.append(...tick)
    if (this.#batch.isFull) this.drain()
  }

  drain(): void {
    this.#encoded.write(this.#batch)
    this.#batch.clear()
  }

  finish(): void {
    this.drain()
    this.#encoded.finish()
  }
}
