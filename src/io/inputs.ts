import { usageError } from '../core/errors.js'
import { findRecordings } from './find-recordings.js'
import { refuseRecordingName } from './output.js'
import type { SessionRequest } from './run-sessions.js'
import { masterPaths } from './session-instruments.js'
import { statPath } from './stat-path.js'

/** Throws when `output` is a file that the command is about to read: a recording that is overwritten is gone for good. */
export function refuseInputAsOutput(output: string | undefined, { recordings, instruments, calendar }: SessionRequest): void {
  if (output === undefined || output === '' || output === '-') return
  refuseRecordingName(output, output)
  const target = existing(output)
  if (target?.isFile() !== true) return
  const { sessions } = findRecordings(recordings)
  const inputs = [
    ...sessions.flatMap(({ files }) => files.map(({ path }) => path)),
    ...sessions.flatMap((session) => masterPaths(session, instruments)),
    ...(calendar === undefined ? [] : [calendar]),
  ]
  for (const path of inputs) {
    const input = path === '-' ? undefined : existing(path)
    if (input?.dev !== target.dev || input.ino !== target.ino) continue
    throw usageError(
      'output_is_input',
      `The output ${output} is a file that is read (${path}): expected another file for the results.`,
      'name another file after --output',
    )
  }
}

/** What can't be looked at is told by whoever opens it. */
function existing(path: string): ReturnType<typeof statPath> {
  try {
    return statPath(path)
  } catch {
    return undefined
  }
}
