import { formatClock, formatDate, istDay } from '../time/index.js'
import type { CaptureFigures, SinkFigures } from './capture-figures.js'
import { counted, formatBytes, formatCount, formatMs, formatSpan } from './figures.js'

/** The lines that close a capture, from its last figures: what was received, where it lies, what is missing, who else got it. */
export function captureSummary(figures: CaptureFigures): string[] {
  const { profile, started_ms, now_ms, totals, recorder, sinks } = figures
  const span = `${formatDate(istDay(started_ms))} ${formatClock(started_ms)} to ${formatClock(now_ms)} IST`
  const unsynced = recorder.written_bytes - recorder.synced_bytes
  return [
    `${profile}: ${span} (${formatSpan(now_ms - started_ms)})`,
    `  ${counted(recorder.accepted_records, 'record')}, ${counted(totals.packets, 'packet')}, ${formatBytes(totals.bytes)} received, ${formatBytes(recorder.written_bytes)} written`,
    ...(recorder.files.length === 0 ? ['  No file: nothing was received'] : recorder.files.map((file) => `  ${file}`)),
    `  ${lossText(figures)}`,
    `  At worst ${formatMs(recorder.worst_unsynced_ms)} of data were not synced${unsynced > 0 ? `; ${formatBytes(unsynced)} at the end` : ''}`,
    ...recorder.suspect_files.map((file) => `  Suspect, a write or a sync failed: ${file}`),
    ...(recorder.trouble === undefined ? [] : [`  Writing failed at the end: ${recorder.trouble}`]),
    ...sinks.map((sink) => `  ${sinkText(sink)}`),
  ]
}

function lossText({ recorder: { gaps, dropped_records }, totals: { malformed } }: CaptureFigures): string {
  const found = [
    ...(gaps === 0 ? [] : [`${counted(gaps, 'gap')} (mds gaps tells them)`]),
    ...(dropped_records === 0 ? [] : [`${counted(dropped_records, 'record')} dropped`]),
    ...(malformed === 0 ? [] : [`${counted(malformed, 'malformed message')}, kept as received`]),
  ]
  return found.length === 0 ? 'No gap, nothing dropped' : found.join(', ')
}

function sinkText({ name, state, sent, dropped, detail }: SinkFigures): string {
  const end = state === 'up' ? '' : `; ${state} at the end${detail === '' ? '' : `: ${detail}`}`
  return `${name}: ${formatCount(sent)} sent, ${formatCount(dropped)} dropped${end}`
}
