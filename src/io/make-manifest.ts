import { readFileSync } from 'node:fs'
import { conditionOf, MANIFEST_FORMAT, MANIFEST_VERSION, type Manifest } from '../core/recording/index.js'
import { packageFile } from './package-file.js'

/** What a manifest says that does not follow from other parts of it. */
export type ManifestFacts = Omit<Manifest, 'format' | 'format_version' | 'made_by' | 'condition'> & {
  /** Of the mds that made the recording. */
  readonly version: string
}

/** The one place that makes manifests: of a capture, a repair, a merge or a recording that had none. */
export function makeManifest({ version, ...facts }: ManifestFacts): Manifest {
  const { node, v8, icu = '', tz = '' } = process.versions
  const { file, profile, date, connection, byte_order, ...rest } = facts
  return {
    format: MANIFEST_FORMAT,
    format_version: MANIFEST_VERSION,
    file,
    profile,
    date,
    connection,
    byte_order,
    made_by: { mds: version, node, v8, icu, tz },
    ...rest,
    condition: conditionOf(facts),
  }
}

/** Of this mds, as its package says. */
export function mdsVersion(): string {
  const content: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined
  return String(version)
}
