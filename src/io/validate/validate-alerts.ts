import type { ExitCode } from '../../core/errors.js'
import type { DiagnosticsLog } from '../diagnostics-log.js'
import { formatFor } from '../formats.js'
import { refuseInputAsOutput } from '../inputs.js'
import { openFile, openStdout } from '../output.js'
import type { RunListener } from '../run-sessions.js'
import { faultLine } from '../signals/fault-line.js'
import { type ParityAnswer, parityAnswer, parityLines } from './parity-answer.js'
import { writeParityRows } from './parity-rows.js'
import { faultLines } from './read-alert-log.js'
import { type ParityWords, runParity } from './run-parity.js'

export interface ValidationWords extends ParityWords {
  readonly output: string | undefined
  readonly format: string | undefined
}

export interface ValidationAnswer {
  readonly exit_code: ExitCode
  /** Bad records, detectors that failed. */
  readonly notices: readonly string[]
  readonly diagnostics: readonly DiagnosticsLog[]
  lines(limit: number): readonly string[]
  json(limit: number): { readonly parity: ParityAnswer }
}

/** Compares, and writes every difference into the file asked for. */
export async function validateAlerts(words: ValidationWords, run: RunListener): Promise<ValidationAnswer> {
  refuseInputAsOutput(words.output, words)
  refuseInputAsOutput(words.output, { ...words, instruments: [words.alerts] })
  const format = await formatFor({ format: words.format, output: words.output, isTTY: false, fallback: 'ndjson' })
  const parity = await runParity(words, run)
  if (words.output !== undefined)
    writeParityRows(words.output === '-' ? openStdout() : openFile(words.output), format, parity.days)
  const { log, faults, days, exit_code } = parity
  return {
    exit_code,
    notices: [...faultLines({ path: log.path, faults }), ...days.flatMap(({ replayed }) => replayed.faults.map(faultLine))],
    diagnostics: days.map(({ replayed }) => replayed.run.diagnostics),
    lines: (limit) => parityLines(parity, limit),
    json: (limit) => ({ parity: parityAnswer(parity, limit) }),
  }
}
