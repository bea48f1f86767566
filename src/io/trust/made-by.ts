import { readFileSync } from 'node:fs'
import type { Manifest } from '../../core/recording/index.js'
import { packageFile } from '../package-file.js'

/** Which programs make what is made now, for a manifest. */
export function madeBy(): Manifest['made_by'] {
  const { node, v8, icu = '', tz = '' } = process.versions
  return { mds: mdsVersion(), node, v8, icu, tz }
}

export function mdsVersion(): string {
  const content: unknown = JSON.parse(readFileSync(packageFile('package.json'), 'utf8'))
  const version = typeof content === 'object' && content !== null && 'version' in content ? content.version : undefined
  return String(version)
}
