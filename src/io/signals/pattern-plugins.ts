import { definitionOf, PATTERNS, type PatternDefinition } from '../../core/patterns/index.js'
import { withoutAmbient } from '../forbid-ambient.js'
import { loadPlugins } from '../load-plugin.js'

/** A user's own detector, ready to run. */
export interface PatternPlugin {
  readonly path: string
  readonly sha256: string
  readonly definition: PatternDefinition
}

/** Loads files of detectors; refuses what is none. The loader itself costs nothing unless there are files. */
export async function loadPatternPlugins(paths: readonly string[]): Promise<PatternPlugin[]> {
  if (paths.length === 0) return []
  const ids = PATTERNS.map(({ id }) => id)
  return (await loadPlugins(paths)).map(({ path, sha256, value }) => {
    const definition = definitionOf(path, value, ids)
    ids.push(definition.id)
    return { path, sha256, definition: guarded(definition) }
  })
}

/** No clock, no chance: what a detector says depends on what it sees. */
function guarded(definition: PatternDefinition): PatternDefinition {
  const { id, create } = definition
  return {
    ...definition,
    create(parameters) {
      const detect = settled(withoutAmbient(id, () => create(parameters)))
      return typeof detect === 'function' ? (view) => settled(withoutAmbient(id, () => detect(view))) : detect
    },
  }
}

/** Whoever asked refuses a promise; that it fails later must not end the run. */
function settled<T>(answer: T): T {
  if (answer instanceof Promise) answer.catch(() => {})
  return answer
}
