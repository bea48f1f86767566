import { basename } from 'node:path'
import { EXIT, type ExitCode, usageError } from '../../core/errors.js'
import { formatDate } from '../../core/time/index.js'
import { alertsOfDay } from '../../core/validate/index.js'
import type { Worth } from '../../core/worth/index.js'
import type { DiagnosticsLog } from '../diagnostics-log.js'
import { findRecordings } from '../find-recordings.js'
import { formatFor } from '../formats.js'
import { refuseInputAsOutput } from '../inputs.js'
import { openFile, openStdout } from '../output.js'
import { loadPageAssets } from '../report/page-assets.js'
import type { RunListener } from '../run-sessions.js'
import { faultLine } from '../signals/fault-line.js'
import { type ParityAnswer, parityAnswer, parityParts } from './parity-answer.js'
import { writeParityRows } from './parity-rows.js'
import { type AlertLogFile, faultLines } from './read-alert-log.js'
import { type ParityRun, type ParityWords, readLog, runParity } from './run-parity.js'
import { runWorth, type WorthRun, type WorthWords } from './run-worth.js'
import { textLines } from './text-part.js'
import { validationPage } from './validation-page.js'
import { worthParts } from './worth-parts.js'

/** Which half of the answer: does the log agree with a replay, are its alerts worth anything. */
export type Part = 'parity' | 'worth' | 'both'

export interface ValidationWords extends ParityWords, Omit<WorthWords, 'shiftOf'> {
  readonly output: string | undefined
  readonly format: string | undefined
  readonly part: Part
  /** A page for a browser, with everything. */
  readonly report: string | undefined
}

export interface ValidationAnswer {
  readonly exit_code: ExitCode
  /** Bad records, detectors that failed. */
  readonly notices: readonly string[]
  readonly diagnostics: readonly DiagnosticsLog[]
  lines(limit: number): readonly string[]
  json(limit: number): { readonly parity?: ParityAnswer; readonly worth?: Worth }
}

/** Compares, writes every difference into the file asked for, and judges. */
export async function validateAlerts(words: ValidationWords, run: RunListener): Promise<ValidationAnswer> {
  refuseInputAsOutput(words.output, words)
  refuseInputAsOutput(words.output, { ...words, instruments: [words.alerts] })
  refuseInputAsOutput(words.report, words)
  refuseInputAsOutput(words.report, { ...words, instruments: [words.alerts] })
  const assets = words.report === undefined ? undefined : loadPageAssets()
  const format = await formatFor({ format: words.format, output: words.output, isTTY: false, fallback: 'ndjson' })
  const read = await readLog(words)
  if (words.part === 'both') refuseStdin(words)
  const parity = words.part === 'worth' ? undefined : await runParity(comparedDays(words, read, run), read, run)
  if (words.output !== undefined && parity !== undefined)
    writeParityRows(words.output === '-' ? openStdout() : openFile(words.output), format, parity.days)
  const judged = words.part === 'parity' ? undefined : await judge(words, read, parity, run)
  if (words.report !== undefined && assets !== undefined) {
    const page = validationPage({
      log: basename(words.alerts),
      version: words.version,
      parity: parity && parityParts(parity, REPORT_ROWS),
      worth: judged && worthParts(judged.worth),
      assets,
    })
    writePage(words.report, page)
  }
  const { path, faults } = parity === undefined ? read : { path: parity.log.path, faults: parity.faults }
  return {
    exit_code: parity?.exit_code ?? EXIT.ok,
    notices: [...faultLines({ path, faults }), ...(parity?.days ?? []).flatMap(({ replayed }) => replayed.faults.map(faultLine))],
    diagnostics: (judged?.runs ?? (parity?.days ?? []).map(({ replayed }) => replayed.run)).map(({ diagnostics }) => diagnostics),
    lines: (limit) => [
      ...textLines(parity === undefined ? [] : parityParts(parity, limit)),
      ...(parity === undefined || judged === undefined ? [] : ['']),
      ...textLines(judged === undefined ? [] : worthParts(judged.worth)),
    ],
    json: (limit) => ({
      ...(parity === undefined ? {} : { parity: parityAnswer(parity, limit) }),
      ...(judged === undefined ? {} : { worth: judged.worth }),
    }),
  }
}

/** Differences on the page; a file of all of them is what --output is for. */
const REPORT_ROWS = 2000

/** The page appears whole or not at all. */
function writePage(path: string, page: string): void {
  const sink = openFile(path)
  try {
    sink.write(Buffer.from(page))
    sink.finish()
  } catch (error) {
    sink.abort()
    throw error
  }
}

/** Who only wants to compare names the days for that. Else days of which the log has nothing are history: chance is made of them. */
function comparedDays(words: ValidationWords, { alerts }: AlertLogFile, run: RunListener): ValidationWords {
  const { sessions } = findRecordings(words.recordings)
  const days = new Set(sessions.flatMap(({ day }) => day ?? []))
  const isHistory = (day: number | undefined): boolean => day !== undefined && alertsOfDay(alerts, day, days).length === 0
  const history = sessions.filter(({ day }) => isHistory(day))
  if (words.part === 'parity' || history.length === 0 || history.length === sessions.length) return words
  const names = history.map(({ day }) => formatDate(day as number))
  run.onNotice(
    `Only used as history, not compared, since the log has no alert of ${names.length === 1 ? 'it' : 'them'}: ${names.join(', ')}.`,
  )
  const compared = sessions.filter((session) => !history.includes(session))
  const paths = compared.flatMap(({ files }) => files.map(({ path }) => path))
  return { ...words, recordings: { ...words.recordings, sessions: paths } }
}

function judge(words: ValidationWords, log: AlertLogFile, parity: ParityRun | undefined, run: RunListener): Promise<WorthRun> {
  const shifts = new Map((parity?.days ?? []).map(({ replayed, parity: { shift_ms } }) => [replayed.day, shift_ms]))
  return runWorth(log, { ...words, shiftOf: (day) => shifts.get(day) }, run)
}

/** The replay and the judgement each read the recording. */
function refuseStdin({ recordings }: ValidationWords): void {
  if (recordings.sessions.includes('-'))
    throw usageError(
      'two_inputs',
      'Both parts read the recording, and standard input can be read only once.',
      '--part parity',
      '--part worth',
      'name the recording as a file',
    )
}
