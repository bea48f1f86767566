import { dirname } from 'node:path'
import { type RecorderFiles, writeAll } from './recorder-ports.js'

/** Writes a file that is there whole or not at all, whatever happens meanwhile; what was there before is replaced. */
export async function writeWholeFile(files: RecorderFiles, path: string, bytes: Uint8Array, sync = true): Promise<void> {
  const temporary = `${path}.tmp`
  try {
    const file = await files.open(temporary, 'replace')
    try {
      await writeAll(file, bytes)
      if (sync) await file.sync()
    } finally {
      await file.close()
    }
    await files.rename(temporary, path)
  } catch (error) {
    await files.remove(temporary).catch(() => {})
    throw error
  }
  if (sync) await files.syncFolder(dirname(path))
}

/** The bytes of a file; undefined when it is not there. */
export async function readWholeFile(files: RecorderFiles, path: string): Promise<Uint8Array | undefined> {
  const file = await files.open(path, 'read').catch((error: unknown) => {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined
    throw error
  })
  if (file === undefined) return undefined
  try {
    const bytes = new Uint8Array(await file.size())
    let at = 0
    for (let count = -1; at < bytes.length && count !== 0; at += count) count = await file.read(bytes.subarray(at), at)
    return bytes.subarray(0, at)
  } finally {
    await file.close()
  }
}
