import { ALERT_RULES } from '../../core/alerts/index.js'
import { PATTERNS, type ParameterSpec } from '../../core/patterns/index.js'
import { tableLines } from '../trust/text-table.js'
import { effectiveConfig, readSignalConfig, type SignalWords } from './signal-config.js'

/** The detectors that ship, for people: each with its numbers. */
export async function detectorTable(words: SignalWords): Promise<string> {
  const { patterns } = await readSignalConfig(words.only.length === 0 ? { ...words, only: ['all'] } : words)
  const rows = patterns.map(({ definition: { id, category, summary, optional }, parameters }) => [
    id,
    category,
    optional === true ? 'no' : 'yes',
    summary,
    Object.entries(parameters)
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  ])
  return `${tableLines(['pattern', 'category', 'by default', 'what it finds', 'numbers'], rows).join('\n')}\n`
}

/** The effective configuration as a file that `--config` takes. */
export async function configText(words: SignalWords): Promise<string> {
  const { patterns, alerts } = JSON.parse(effectiveConfig(await readSignalConfig(words), undefined))
  return `${JSON.stringify({ patterns, alerts }, null, 2)}\n`
}

/** JSON Schema of what `--config` takes; published as `config/schema/patterns.schema.json`. */
export function configSchema(): object {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Configuration of mds patterns',
    type: 'object',
    additionalProperties: false,
    properties: {
      $schema: { type: 'string' },
      patterns: {
        type: 'object',
        description: 'Numbers of detectors; those of your own too',
        properties: Object.fromEntries(
          PATTERNS.map(({ id, summary, parameters }) => [id, { description: summary, ...numbers(parameters) }]),
        ),
        additionalProperties: { type: 'object', additionalProperties: { type: 'number' } },
      },
      alerts: { description: 'Numbers of the gates', ...numbers(ALERT_RULES) },
    },
  }
}

function numbers(specs: Readonly<Record<string, ParameterSpec>>): object {
  return {
    type: 'object',
    additionalProperties: false,
    properties: Object.fromEntries(
      Object.entries(specs).map(([name, { default: usual, min, max, integer, doc }]) => [
        name,
        { type: integer === true ? 'integer' : 'number', description: doc, default: usual, minimum: min, maximum: max },
      ]),
    ),
  }
}
