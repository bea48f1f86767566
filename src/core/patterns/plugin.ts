import { usageError } from '../errors.js'
import type { ParameterSpec, PatternDefinition } from './pattern.js'

/** What a user's own file exports: a detector's rule; what it leaves out has a default. */
export type PluginPattern<P extends string = string> = Pick<PatternDefinition<P>, 'id' | 'create'> & Partial<PatternDefinition<P>>

const ID = /^[a-z][a-z0-9_]{0,63}$/
const PRIORITY = 50
const COOLDOWN_MIN = 15

/** A plugin's export, checked, as a definition like the built-in ones. `known`: ids that are taken. */
export function definitionOf(path: string, value: unknown, known: readonly string[]): PatternDefinition {
  const refuse = (what: string, ...suggestions: string[]): Error =>
    usageError('bad_plugin', `${path}: ${what}.`, ...suggestions, 'see docs/patterns.md, a detector of your own')
  if (!isRecord(value)) throw refuse('its default export is no object, expected { id, create }')
  const { id, create, parameters = {}, summary = `Detector of ${path}`, cadence, category = 'custom' } = value
  if (typeof id !== 'string' || !ID.test(id)) throw refuse(`id is ${JSON.stringify(id)}, expected small letters, digits and _`)
  if (known.includes(id)) throw refuse(`the id ${id} is taken`, `name it my_${id}`)
  if (typeof create !== 'function') throw refuse(`create is ${typeof create}, expected a function of the parameters`)
  if (!isRecord(parameters)) throw refuse('parameters must be an object')
  for (const [name, spec] of Object.entries(parameters))
    if (!isSpec(spec)) throw refuse(`parameters.${name} must have numbers default, min and max with min <= default <= max`)
  if (cadence !== undefined && cadence !== 'bar' && cadence !== 'second')
    throw refuse(`cadence is ${JSON.stringify(cadence)}, expected bar or second`)
  // Its parts are checked above and, whatever it answers, at every call.
  const plugin = value as unknown as PluginPattern
  return {
    source: path,
    priority: PRIORITY,
    cooldown_min: COOLDOWN_MIN,
    ...plugin,
    parameters: parameters as Readonly<Record<string, ParameterSpec>>,
    summary: String(summary),
    category: category as PatternDefinition['category'],
    optional: false,
  }
}

function isSpec(spec: unknown): spec is ParameterSpec {
  if (!isRecord(spec)) return false
  const { default: usual, min, max } = spec
  return typeof usual === 'number' && typeof min === 'number' && typeof max === 'number' && min <= usual && usual <= max
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
