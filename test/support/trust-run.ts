import type { RecordingQuery } from '../../src/io/find-recordings.js'
import type { TrustRun } from '../../src/io/trust/run-verify.js'

/** Nobody watches. */
export const quiet: TrustRun = { onNotice: () => {}, onProgress: () => {}, signal: new AbortController().signal }

/** Sessions named on a command line. */
export const asked = (...sessions: string[]): RecordingQuery => ({ sessions, data_dir: 'raw_ticks', profiles: [] })
