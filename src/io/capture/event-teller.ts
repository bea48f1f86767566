import type { JournalEntry, JournalEvent } from '../../core/recording/index.js'
import { formatClock } from '../../core/time/index.js'
import { eventText } from './event-text.js'
import type { LogFile } from './log-file.js'
import type { CaptureStatus } from './status.js'

/** Kept for the view and the status. */
const RECENT_EVENTS = 50

type EventName = JournalEvent['event']

/** Stands in the journal, the log and the view, and nobody has to know it at once. */
const QUIET: ReadonlySet<EventName> = new Set([
  'subscribed',
  'unsubscribed',
  'segment_opened',
  'segment_closed',
  'text',
  'session_start',
  'session_end',
])

/** Something is wrong, or was. */
const WARNINGS: ReadonlySet<EventName> = new Set([
  'disconnected',
  'refused',
  'auth_needed',
  'stall',
  'gap',
  'suspect',
  'clock_step',
  'loop_blocked',
  'malformed',
  'write_failed',
  'sync_failed',
  'disk_low',
  'recovered',
  'sink_down',
  'failure',
])

/** Lines of the journal for those who do not read it: the log file, the status, a person. */
export class EventTeller {
  readonly #log: LogFile
  readonly #onNotice: (text: string) => void
  readonly #recent: { at_ms: number; text: string }[] = []

  constructor(log: LogFile, onNotice: (text: string) => void) {
    this.#log = log
    this.#onNotice = onNotice
  }

  /** The newest last. */
  get recent(): CaptureStatus['recent_events'] {
    return [...this.#recent]
  }

  onEntry(entry: JournalEntry): void {
    const { at_ms, event, ...fields } = entry
    this.#log.write(WARNINGS.has(event) ? 'warn' : 'info', event, fields)
    const text = eventText(entry)
    this.#recent.push({ at_ms, text })
    if (this.#recent.length > RECENT_EVENTS) this.#recent.shift()
    if (!QUIET.has(event)) this.#onNotice(`${formatClock(at_ms)} ${text}`)
  }
}
