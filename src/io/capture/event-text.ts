import { GAP_CAUSES, type JournalEntry } from '../../core/recording/index.js'
import { formatClock } from '../../core/time/index.js'
import { counted, formatCount } from '../../core/view/index.js'

/** A line of the journal as a person reads it, without its time: `connection 2: disconnected (1006)`. */
export function eventText(entry: JournalEntry): string {
  const on = 'connection' in entry ? `connection ${entry.connection}` : ''
  switch (entry.event) {
    case 'session_start':
      return `capture ${entry.session} began`
    case 'session_end':
      return `capture ${entry.session} ended: ${entry.reason}`
    case 'connected':
      return `${on}: connected${entry.attempt > 1 ? ` at attempt ${entry.attempt}` : ''}`
    case 'disconnected':
      return `${on}: disconnected (${entry.code}${entry.reason === '' ? '' : `, ${entry.reason}`})`
    case 'refused':
      return `${on}: ${entry.status === 0 ? 'no answer' : 'refused'}: ${entry.detail}`
    case 'auth_needed':
      return `${on}: waits for a new access token: ${entry.detail}`
    case 'subscribed':
      return `${on}: subscribed ${instruments(entry.tokens)} in mode ${entry.mode}`
    case 'unsubscribed':
      return `${on}: unsubscribed ${instruments(entry.tokens)}`
    case 'stall':
      return `${on}: nothing for ${seconds(entry.silence_ms)}, taken for dead`
    case 'takeover':
      return `${on}: takes over ${instruments(entry.tokens)} of connection ${entry.from_connection}`
    case 'returned':
      return `${on}: has ${instruments(entry.tokens)} back from connection ${entry.from_connection}`
    case 'gap':
      return gapText(entry, on)
    case 'suspect':
      return `${on}: ${entry.detail}${entry.tokens === undefined ? '' : ` (${instruments(entry.tokens)})`}`
    case 'clock_step':
      return `the clock of this machine was stepped by ${seconds(entry.delta_ms)}`
    case 'loop_blocked':
      return `this process stood still for ${seconds(entry.blocked_ms)}`
    case 'text':
      return `${on}: text of type ${entry.type}: ${entry.text}`
    case 'malformed':
      return `${on}: malformed message of ${counted(entry.bytes, 'byte')}: ${entry.detail}`
    case 'segment_opened':
      return `writing ${entry.file}`
    case 'segment_closed':
      return `closed ${entry.file}: ${counted(entry.records, 'record')}, ${counted(entry.bytes, 'byte')}${entry.suspect ? ', suspect' : ''}`
    case 'write_failed':
      return `${entry.file}: writing failed (${entry.code}); what comes is held in memory`
    case 'write_resumed':
      return `${entry.file}: writing goes on after ${seconds(entry.waited_ms)}`
    case 'sync_failed':
      return `${entry.file}: syncing failed (${entry.code}); the file is suspect, a new part is begun`
    case 'disk_low':
      return `the disk has ${Math.floor(entry.free_bytes / 1_000_000)} MB left`
    case 'recovered':
      return `${entry.file}: left by a capture that was killed; ${formatCount(entry.good_bytes)} bytes are good, ${formatCount(entry.cut_bytes)} cut off`
    case 'credentials_changed':
      return 'new credentials are in place'
    case 'sink_down':
      return `${entry.sink} is down: ${unended(entry.detail)}; the recording goes on`
    case 'sink_up':
      return `${entry.sink} is up again; ${counted(entry.dropped, 'message')} did not reach it`
    case 'failure':
      return entry.part === 'capture'
        ? `${unended(entry.detail)}; the capture ends`
        : `${entry.part} failed: ${unended(entry.detail)}; the recording goes on`
  }
}

/** A sentence that goes on behind a semicolon. */
const unended = (sentence: string): string => sentence.replace(/\.$/, '')

function gapText({ from_ms, to_ms, cause, tokens, records }: JournalEntry & { event: 'gap' }, on: string): string {
  const what = tokens === undefined ? '' : `, ${instruments(tokens)}`
  const lost = records === undefined ? '' : `, ${counted(records, 'record')}`
  return `${on}: gap of ${seconds(to_ms - from_ms)} from ${formatClock(from_ms)}${what}${lost}: ${lowered(GAP_CAUSES[cause])}`
}

const instruments = (tokens: readonly number[]): string => counted(tokens.length, 'instrument')
const seconds = (ms: number): string => `${(ms / 1000).toFixed(ms % 1000 === 0 ? 0 : 1)} s`
const lowered = (text: string): string => text.charAt(0).toLowerCase() + text.slice(1)
