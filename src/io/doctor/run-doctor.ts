import { EXIT, type ExitCode, interrupted, MdsError } from '../../core/errors.js'
import { escaped } from '../../core/escaped.js'
import { formatIso } from '../../core/time/index.js'
import type { Check, DoctorContext, DoctorRequest, Finding } from './check.js'
import { CHECKS } from './checks.js'
import { doctorContext } from './context.js'
import { machinePorts } from './machine.js'
import type { DoctorPorts } from './ports.js'

export interface CheckReport extends Finding {
  readonly id: string
}

export interface DoctorReport {
  /** ISO 8601, when the checks began. */
  readonly at: string
  readonly profile: string | undefined
  readonly checks: readonly CheckReport[]
  /** 0: nothing failed; 5: something about the feed or the login did; 3: something else did. */
  readonly exit_code: ExitCode
}

/** Goes through the checklist, in its order. `checks` and `ports` are for tests. */
export async function runDoctor(
  request: DoctorRequest,
  signal: AbortSignal,
  { ports = machinePorts(), checks = CHECKS }: { ports?: DoctorPorts; checks?: readonly Check[] } = {},
): Promise<DoctorReport> {
  const context = await doctorContext(request, ports)
  const reports: CheckReport[] = []
  for (const check of checks) {
    if (signal.aborted) throw interrupted()
    reports.push({ id: check.id, ...(await findingOf(check, context, reports)) })
  }
  return { at: formatIso(context.now_ms), profile: request.profile, checks: reports, exit_code: exitCode(checks, reports) }
}

async function findingOf({ needs = [], run }: Check, context: DoctorContext, before: readonly CheckReport[]): Promise<Finding> {
  const missing = before.find(({ id, state }) => needs.includes(id) && (state === 'fail' || state === 'skipped'))
  if (missing !== undefined) return { state: 'skipped', text: `Can't be said without ${missing.id}.` }
  try {
    return await run(context)
  } catch (error) {
    if (error instanceof MdsError) return { state: 'fail', text: error.message, tries: error.suggestions }
    throw error
  }
}

function exitCode(checks: readonly Check[], reports: readonly CheckReport[]): ExitCode {
  const failed = checks.filter((_, n) => reports[n]?.state === 'fail')
  if (failed.length === 0) return EXIT.ok
  return failed.some(({ concerns }) => concerns === 'feed') ? EXIT.feed : EXIT.unreadable
}

/** The same for people: a line for each check, and below it what to try. */
export function doctorLines({ at, profile, checks }: DoctorReport): string[] {
  const width = Math.max(...checks.map(({ id }) => id.length))
  const indent = ' '.repeat(STATE_WIDTH + width + 6)
  const lines = checks.flatMap(({ id, state, text, notes = [], tries = [] }) => [
    `  ${state.padEnd(STATE_WIDTH)}  ${id.padEnd(width)}  ${text}`,
    ...notes.map((note) => `${indent}${note}`),
    ...tries.map((command) => `${indent}try: ${command}`),
  ])
  const counts = STATES.map((state) => `${checks.filter((check) => check.state === state).length} ${WORDS[state]}`)
  return [`doctor  ${profile === undefined ? '' : `${profile}  `}${at}`, ...lines, counts.join(', ')].map(escaped)
}

const STATES = ['ok', 'warn', 'fail', 'skipped'] as const
const STATE_WIDTH = 'skipped'.length
const WORDS = { ok: 'ok', warn: 'to look at', fail: 'failed', skipped: 'skipped' } as const
