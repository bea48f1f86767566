import { formatDate, type IstDay, parseDate } from '../time/index.js'

/** What the first line of a baseline file says it is. */
export const BASELINE_SCHEMA = 'mds-baseline'
export const BASELINE_VERSION = 1

/** First line of a baseline file: what it was made of, and what follows. */
export interface BaselineHeader {
  /** Version of mds that made it. */
  readonly mds: string
  /** Of the trading calendar, hex. */
  readonly calendar_sha256: string
  /** In order of days. */
  readonly sessions: readonly BaselineSession[]
  /** Lines that follow, and the SHA-256 of their bytes, hex. */
  readonly lines: number
  readonly body_sha256: string
}

/** A session that the file speaks of. */
export interface BaselineSession {
  readonly day: IstDay
  /** Recordings (unpacked), masters, journals and manifests: everything that was read, by name. */
  readonly inputs: readonly BaselineInput[]
}

/** A file without its folder. */
export interface BaselineInput {
  readonly file: string
  readonly sha256: string
}

/** The line, without its end. */
export function encodeHeader({ mds, calendar_sha256, sessions, lines, body_sha256 }: BaselineHeader): string {
  return JSON.stringify({
    schema: BASELINE_SCHEMA,
    version: BASELINE_VERSION,
    mds,
    calendar_sha256,
    sessions: sessions.map(({ day, inputs }) => ({ date: formatDate(day), inputs })),
    lines,
    body_sha256,
  })
}

/** A number: the version of a baseline file that this mds does not read. Undefined: no baseline file. */
export function readHeader(line: string): BaselineHeader | number | undefined {
  const value = parsed(line)
  if (value?.schema !== BASELINE_SCHEMA) return undefined
  if (value.version !== BASELINE_VERSION) return Number(value.version)
  const { mds, calendar_sha256, sessions, lines, body_sha256 } = value
  if (!Array.isArray(sessions) || !Number.isInteger(lines)) return undefined
  const read = sessions.flatMap(sessionOf)
  if (read.length !== sessions.length) return undefined
  return {
    mds: String(mds),
    calendar_sha256: String(calendar_sha256),
    sessions: read,
    lines: Number(lines),
    body_sha256: String(body_sha256),
  }
}

function parsed(line: string): Readonly<Record<string, unknown>> | undefined {
  try {
    return recordOf(JSON.parse(line))
  } catch {
    return undefined
  }
}

const recordOf = (value: unknown): Readonly<Record<string, unknown>> | undefined =>
  typeof value === 'object' && value !== null ? Object.fromEntries(Object.entries(value)) : undefined

function sessionOf(value: unknown): BaselineSession[] {
  const session = recordOf(value)
  const day = parseDate(String(session?.date))
  if (day === undefined || !Array.isArray(session?.inputs)) return []
  const inputs = session.inputs.map((each: unknown) => {
    const input = recordOf(each)
    return { file: String(input?.file), sha256: String(input?.sha256) }
  })
  return [{ day, inputs }]
}
