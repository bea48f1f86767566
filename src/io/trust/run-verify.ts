import { readdirSync } from 'node:fs'
import { basename, join } from 'node:path'
import { EXIT, type ExitCode, MdsError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import { parseSegmentName, recordingBeside } from '../../core/recording/index.js'
import { formatDate, formatIso } from '../../core/time/index.js'
import { FINDINGS, type TrustFinding, VERDICTS } from '../../core/trust/index.js'
import { formatCount } from '../../core/view/index.js'
import { findRecordings, type RecordingFile, type RecordingQuery } from '../find-recordings.js'
import { statPath } from '../stat-path.js'
import { plainName } from './beside.js'
import { type GapsOfProfile, recordedGaps } from './session-gaps.js'
import type { StreamRun } from './stream-file.js'
import { tableLines } from './text-table.js'
import { examineFile, type FileVerdict, unreadableVerdict } from './verify-file.js'

/** Who is told of what goes on. */
export interface TrustRun {
  onNotice(text: string): void
  onProgress(done_bytes: number, total_bytes: number | undefined): void
  readonly signal: AbortSignal
}

export interface VerifiedSession {
  readonly date: string | null
  readonly files: readonly FileVerdict[]
  /** What concerns the day and no one file: gaps, journals, and what lies beside recordings that are gone. */
  readonly findings: readonly TrustFinding[]
}

export interface VerifyAnswer {
  readonly sessions: readonly VerifiedSession[]
  readonly findings: number
  readonly exit_code: ExitCode
}

/** Says of each recording whether it is what was written. Reads only. */
export async function runVerify(query: RecordingQuery, run: TrustRun): Promise<VerifyAnswer> {
  const { sessions, notices } = findRecordings(query)
  for (const notice of notices) run.onNotice(notice)
  const stream = progressOf(
    sessions.flatMap(({ files }) => files),
    run,
  )
  const verified: VerifiedSession[] = []
  for (const { day, files } of sessions) {
    const verdicts: FileVerdict[] = []
    for (const file of files) verdicts.push(await verdictOf(file, stream))
    const gaps = recordedGaps(files)
    verified.push({
      date: day === undefined ? null : formatDate(day),
      files: verdicts,
      findings: [...gaps.flatMap(gapFindings), ...orphans(gaps)],
    })
  }
  return summary(verified)
}

async function verdictOf(file: RecordingFile, stream: StreamRun): Promise<FileVerdict> {
  try {
    return (await examineFile(file, stream)).verdict
  } catch (error) {
    // one file that can't be read must not hide what is to be said of the others
    if (error instanceof MdsError && error.exitCode === EXIT.unreadable) return unreadableVerdict(file, error)
    throw error
  }
}

function summary(sessions: readonly VerifiedSession[]): VerifyAnswer {
  const files = sessions.flatMap((session) => session.files)
  const findings = [...files, ...sessions].reduce((sum, part) => sum + part.findings.length, 0)
  const is_unreadable = files.some(({ verdict }) => verdict === 'unreadable')
  return { sessions, findings, exit_code: is_unreadable ? EXIT.unreadable : findings > 0 ? EXIT.validation_failed : EXIT.ok }
}

/** Bytes of all files together, for a progress bar. */
export function progressOf(files: readonly RecordingFile[], run: TrustRun): StreamRun {
  const sizes = files.map(({ path }) => (path === '-' ? undefined : statPath(path)?.size))
  const total = sizes.includes(undefined) ? undefined : sizes.reduce<number>((sum, size) => sum + (size ?? 0), 0)
  let done = 0
  return {
    signal: run.signal,
    onRead: (bytes) => {
      done += bytes
      run.onProgress(done, total)
    },
  }
}

function gapFindings({ profile, journal, gaps }: GapsOfProfile): TrustFinding[] {
  const lines = journal?.damaged_lines ?? []
  return [
    ...gaps.map(
      ({ connection, from_ms, to_ms, cause, grade }): TrustFinding => ({
        kind: 'gap',
        detail: `${profile} connection ${connection}: ${formatIso(from_ms)} to ${formatIso(to_ms)}, ${cause} (${grade})`,
      }),
    ),
    ...(lines.length > 0
      ? [
          {
            kind: 'journal_damaged',
            detail: `${profile}: lines ${lines.slice(0, 10).join(', ')}${lines.length > 10 ? ', ...' : ''}`,
          } as const,
        ]
      : []),
    ...(journal?.torn === true ? [{ kind: 'journal_damaged', detail: `${profile}: the last line is torn` } as const] : []),
  ]
}

/** Indexes and manifests of the day whose recording is gone. */
function orphans(groups: readonly GapsOfProfile[]): TrustFinding[] {
  return groups.flatMap(({ folder, profile, day, files }) => {
    if (day === undefined || files.some(({ path }) => path === '-')) return []
    const there = readdirSync(folder).sort()
    const recordings = new Set(there.map(plainName).filter((name) => name.endsWith('.bin')))
    const isOfDay = (name: string): boolean => {
      const parts = parseSegmentName(name)
      return parts?.profile === profile && parts.day === day
    }
    // who named some files does not ask about the others
    if ([...recordings].filter(isOfDay).length !== files.length) return []
    const named = new Set(there.flatMap((name) => recordingBeside(name) ?? []).filter(isOfDay))
    const gone = [...named].filter((name) => !recordings.has(name))
    return gone.map((name): TrustFinding => ({ kind: 'missing_file', detail: join(folder, name) }))
  })
}

/** The same for people: a table of each day, then what was found, then what it means. */
export function verifyLines({ sessions }: VerifyAnswer): string[] {
  const told = sessions.flatMap(({ date, files, findings }) => [
    date ?? 'no date',
    ...tableLines(
      ['file', 'verdict', 'records', 'bytes', 'checked by'],
      files.map((file) => [
        basename(file.path),
        file.verdict,
        formatCount(file.records),
        formatCount(file.bytes),
        file.checked_by,
      ]),
    ),
    ...files.flatMap((file) =>
      file.findings
        .filter((finding) => !isSaidByVerdict(finding, file))
        .map((finding) => `  ${basename(file.path)}: ${findingText(finding)}`),
    ),
    ...findings.map((finding) => `  ${findingText(finding)}`),
    ...noteLines(files),
  ])
  const verdicts: ReadonlySet<string> = new Set(sessions.flatMap(({ files }) => files.map(({ verdict }) => verdict)))
  const meanings = Object.entries(VERDICTS).filter(([verdict]) => verdicts.has(verdict))
  return [...told, ...meanings.map(([verdict, says]) => `${verdict}: ${says}.`)].map(escaped)
}

/** `no-index` stands in the table, and means all of the file. */
const isSaidByVerdict = ({ kind, from }: TrustFinding, { verdict }: FileVerdict): boolean =>
  kind === 'not_indexed' && verdict === 'no-index' && from === 0

/** The same note on many files is one line. */
function noteLines(files: readonly FileVerdict[]): string[] {
  const noted = new Map<string, string[]>()
  for (const { path, notes } of files) for (const note of notes) noted.set(note, [...(noted.get(note) ?? []), basename(path)])
  return [...noted].map(([note, names]) => `  ${names.length === 1 ? names[0] : `${names.length} files`}: ${note}.`)
}

function findingText({ kind, detail, from, to }: TrustFinding): string {
  const place = from === undefined || to === undefined ? '' : ` bytes [${from}, ${to})`
  return `${kind}${place}: ${FINDINGS[kind]} (${detail}).`
}
