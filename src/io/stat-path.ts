import { type Stats, statSync } from 'node:fs'

/** What lies at a path; undefined where nothing does, below a file (`day.bin/part`) too. */
export function statPath(path: string): Stats | undefined {
  try {
    return statSync(path, { throwIfNoEntry: false })
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOTDIR') return undefined
    throw error
  }
}
