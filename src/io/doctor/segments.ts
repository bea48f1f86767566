import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { parseSegmentName, type SegmentName } from '../../core/recording/index.js'

/** A recording and when it was last written. */
export interface Segment {
  readonly path: string
  readonly name: SegmentName
  readonly changed_ms: number
  /** Not packed. */
  readonly plain: boolean
}

/** The dated recordings of a folder, by name; none where there is no such folder. */
export async function segmentsOf(folder: string): Promise<Segment[]> {
  const names = (await readdir(folder).catch(() => [])).sort()
  const segments = await Promise.all(
    names.map(async (file): Promise<Segment[]> => {
      const name = parseSegmentName(file)
      const found = name === undefined ? undefined : await stat(join(folder, file)).catch(() => undefined)
      if (name === undefined || found?.isFile() !== true) return []
      return [{ path: join(folder, file), name, changed_ms: found.mtimeMs, plain: file.endsWith('.bin') }]
    }),
  )
  return segments.flat()
}
