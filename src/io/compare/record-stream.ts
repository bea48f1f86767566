import type { ComparedRecord } from '../../core/compare/index.js'
import type { Frame } from '../../core/recording/index.js'
import type { DiagnosticsLog } from '../diagnostics-log.js'
import type { SessionFiles } from '../find-recordings.js'
import { readSession } from '../read-session.js'

/** Bytes of records handed over at a time. */
const STEP_BYTES = 1024 * 1024

export interface StreamOptions {
  readonly diagnostics: DiagnosticsLog
  readonly signal: AbortSignal
  onProgress(done_bytes: number, total_bytes: number | undefined): void
}

/** The records of sessions in their order, as owned copies, a few at a time. Reading goes on only when the next ones are asked for. */
export async function* recordsOf(sessions: readonly SessionFiles[], options: StreamOptions): AsyncGenerator<ComparedRecord[]> {
  let record = 0
  for (const session of sessions) {
    const over = new AbortController()
    const handover = new Handover<ComparedRecord[]>()
    let batch: ComparedRecord[] = []
    const consumer = {
      onFrame: ({ received_at_ms, bytes, start, end }: Frame): void => {
        batch.push({ received_at_ms, bytes: bytes.slice(start, end), record: record++ })
      },
      onRecycle: () => {},
    }
    const pause = async (): Promise<void> => {
      if (batch.length === 0) return
      const full = batch
      batch = []
      await handover.give(full)
    }
    const reading = readSession(session, consumer, {
      onDiagnostic: options.diagnostics.add.bind(options.diagnostics),
      onProgress: options.onProgress,
      signal: AbortSignal.any([options.signal, over.signal]),
      step_bytes: STEP_BYTES,
      pause,
    })
      .then(pause)
      .finally(() => handover.end())
    reading.catch(() => {}) // told below, or nobody reads any more
    try {
      for (let next = await handover.take(); next !== undefined; next = await handover.take()) yield next
      await reading
    } finally {
      over.abort()
      handover.end()
    }
  }
}

/** Passes items from one who makes them to one who takes them, each waiting for the other. */
class Handover<T> {
  #item: T | undefined
  #is_over = false
  #onChange: () => void = () => {}
  #changed = this.#next()

  async give(item: T): Promise<void> {
    this.#item = item
    this.#notify()
    while (this.#item !== undefined && !this.#is_over) await this.#changed
  }

  async take(): Promise<T | undefined> {
    while (this.#item === undefined && !this.#is_over) await this.#changed
    const item = this.#item
    this.#item = undefined
    this.#notify()
    return item
  }

  end(): void {
    this.#is_over = true
    this.#notify()
  }

  #notify(): void {
    const onChange = this.#onChange
    this.#changed = this.#next()
    onChange()
  }

  #next(): Promise<void> {
    return new Promise((resolve) => {
      this.#onChange = resolve
    })
  }
}
