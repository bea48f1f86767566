import { usageError } from '../errors.js'
import { type Need, PATTERN_CATEGORIES, type ParameterSpec, type PatternCategory, type PatternDefinition } from './pattern.js'

/** What a user's own file exports: a detector's rule; what it leaves out has a default. */
export type PluginPattern<P extends string = string> = Pick<PatternDefinition<P>, 'id' | 'create'> & Partial<PatternDefinition<P>>

const ID = /^[a-z][a-z0-9_]{0,63}$/
const PRIORITY = 50
const COOLDOWN_MIN = 15
const NEEDS: readonly Need[] = ['volume', 'baseline', 'option_chain', 'oi']

/** A plugin's export, checked, as a definition like the built-in ones. `known`: ids that are taken. */
export function definitionOf(path: string, value: unknown, known: readonly string[]): PatternDefinition {
  const refuse = (what: string, ...suggestions: string[]): Error =>
    usageError('bad_plugin', `${path}: ${what}.`, ...suggestions, 'see docs/patterns.md, a detector of your own')
  if (!isRecord(value)) throw refuse('its default export is no object, expected { id, create }')
  const { id, create, parameters = {}, summary = `Detector of ${path}`, cadence, category = 'custom', on, needs = [] } = value
  const { priority = PRIORITY, cooldown_min = COOLDOWN_MIN, source = path } = value
  if (typeof id !== 'string' || !ID.test(id)) throw refuse(`id is ${JSON.stringify(id)}, expected small letters, digits and _`)
  if (known.includes(id)) throw refuse(`the id ${id} is taken`, `name it my_${id}`)
  if (typeof create !== 'function') throw refuse(`create is ${typeof create}, expected a function of the parameters`)
  if (!isRecord(parameters)) throw refuse('parameters must be an object')
  for (const [name, spec] of Object.entries(parameters))
    if (!isSpec(spec)) throw refuse(`parameters.${name} must have numbers default, min and max with min <= default <= max`)
  if (cadence !== undefined && cadence !== 'bar' && cadence !== 'second')
    throw refuse(`cadence is ${JSON.stringify(cadence)}, expected bar or second`)
  if (!isOneOf(PATTERN_CATEGORIES, category))
    throw refuse(`category is ${JSON.stringify(category)}, expected one of ${PATTERN_CATEGORIES.join(', ')}`)
  if (on !== undefined && on !== 'every_instrument' && on !== 'underlyings')
    throw refuse(`on is ${JSON.stringify(on)}, expected every_instrument or underlyings`)
  if (!Array.isArray(needs) || !needs.every((need) => isOneOf(NEEDS, need)))
    throw refuse(`needs is ${JSON.stringify(needs)}, expected a list of ${NEEDS.join(', ')}`)
  if (!isFrom(0, priority)) throw refuse(`priority is ${JSON.stringify(priority)}, expected a number from 0`)
  if (!isFrom(0, cooldown_min)) throw refuse(`cooldown_min is ${JSON.stringify(cooldown_min)}, expected minutes from 0`)
  // Its parts are checked above and, whatever it answers, at every call.
  const plugin = value as unknown as PluginPattern
  return {
    ...plugin,
    source: String(source),
    priority,
    cooldown_min,
    parameters: Object.fromEntries(
      Object.entries(parameters as Readonly<Record<string, ParameterSpec>>).map(([name, { doc, ...spec }]) => [
        name,
        { ...spec, doc: String(doc ?? 'its meaning is not told') },
      ]),
    ),
    summary: String(summary),
    category,
    needs,
    optional: false,
  }
}

const isOneOf = <T extends PatternCategory | Need>(names: readonly T[], name: unknown): name is T =>
  names.some((known) => known === name)

const isFrom = (least: number, value: unknown): value is number =>
  typeof value === 'number' && value >= least && value < Number.POSITIVE_INFINITY

function isSpec(spec: unknown): spec is ParameterSpec {
  if (!isRecord(spec)) return false
  const { default: usual, min, max, integer } = spec
  if (integer !== undefined && typeof integer !== 'boolean') return false
  return typeof usual === 'number' && typeof min === 'number' && typeof max === 'number' && min <= usual && usual <= max
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
