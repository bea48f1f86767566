import { createHash } from 'node:crypto'
import { basename, dirname, join } from 'node:path'
import type { BaselineInput } from '../core/baseline/index.js'
import { journalName } from '../core/recording/index.js'
import type { SessionFiles } from './find-recordings.js'
import { masterPaths } from './session-instruments.js'
import { statPath } from './stat-path.js'
import { manifestBeside, manifestPath, plainName, readIfThere } from './trust/beside.js'
import { type StreamRun, streamFile } from './trust/stream-file.js'

/**
 * Everything that decides what a day gives: recordings, masters, journals and manifests, each with its SHA-256. A recording counts by what it
 * holds, packed or not: as the manifest beside it tells, else by its bytes.
 */
export async function sessionInputs(
  session: SessionFiles,
  instruments: readonly string[],
  run: StreamRun,
): Promise<BaselineInput[]> {
  const inputs: BaselineInput[] = []
  for (const { path } of session.files) inputs.push({ file: plainName(path), sha256: await recordingSha256(path, run) })
  const beside = session.files.flatMap(({ path, profile, day }) => [
    manifestPath(path),
    ...(day === undefined ? [] : [join(dirname(path), journalName(profile, day))]),
  ])
  for (const path of new Set([...masterPaths(session, instruments), ...beside])) {
    const bytes = readIfThere(path)
    if (bytes !== undefined) inputs.push({ file: basename(path), sha256: createHash('sha256').update(bytes).digest('hex') })
  }
  return inputs.sort((a, b) => byCodePoint(a.file, b.file) || byCodePoint(a.sha256, b.sha256))
}

const byCodePoint = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)

async function recordingSha256(path: string, run: StreamRun): Promise<string> {
  const manifest = manifestBeside(path)
  const is_packed = plainName(path) !== basename(path)
  if (manifest !== undefined && manifest !== 'damaged' && (is_packed || statPath(path)?.size === manifest.bytes))
    return manifest.sha256
  const hash = createHash('sha256')
  await streamFile(path, (bytes) => void hash.update(bytes), run)
  return hash.digest('hex')
}
