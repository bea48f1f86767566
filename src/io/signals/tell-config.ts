import { PATTERNS } from '../../core/patterns/index.js'
import { tableLines } from '../trust/text-table.js'
import { effectiveConfig, readSignalConfig, type SignalWords } from './signal-config.js'

/** The detectors that ship, for people: each with its numbers. */
export function detectorTable(): string {
  const rows = PATTERNS.map(({ id, category, summary, parameters, optional }) => [
    id,
    category,
    optional === true ? 'no' : 'yes',
    summary,
    Object.entries(parameters)
      .map(([name, { default: usual }]) => `${name}=${usual}`)
      .join(' '),
  ])
  return `${tableLines(['pattern', 'category', 'by default', 'what it finds', 'numbers'], rows).join('\n')}\n`
}

/** The effective configuration as a file that `--config` takes. */
export async function configText(words: SignalWords): Promise<string> {
  const { patterns, alerts } = JSON.parse(effectiveConfig(await readSignalConfig(words), undefined))
  return `${JSON.stringify({ patterns, alerts }, null, 2)}\n`
}
