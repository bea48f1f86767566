import { usageError } from '../errors.js'
import { similarTexts } from '../market/index.js'
import type { ActivePattern } from './bank.js'
import { PATTERN_CATEGORIES, type ParameterSpec, type PatternDefinition } from './pattern.js'

/** What a user asks of the detectors: words and numbers still unchecked. */
export interface PatternWishes {
  /** Ids and categories, or `all`; empty: every detector that is not optional. */
  readonly only: readonly string[]
  /** By id of the pattern, then by name of the parameter. */
  readonly parameters: Readonly<Record<string, Readonly<Record<string, unknown>>>>
}

const ALL = 'all'
/** As people write numbers: no 0x10, no white space. */
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i

/** The detectors that are to run, each with all its numbers. Throws a usage error that names what is not there or out of range. */
export function choosePatterns(definitions: readonly PatternDefinition[], { only, parameters }: PatternWishes): ActivePattern[] {
  const wanted = new Set(only.flatMap((name) => idsOf(definitions, name)))
  for (const id of Object.keys(parameters))
    if (!definitions.some((known) => known.id === id)) throw unknownPattern(definitions, id)
  return definitions
    .filter(({ id, optional }) => (only.length === 0 ? optional !== true : wanted.has(id)))
    .map((definition) => ({
      definition,
      parameters: chooseParameters(definition.id, definition.parameters, parameters[definition.id] ?? {}),
    }))
}

/** Numbers for every parameter of a table: those given, checked, and the defaults. `owner` names the table in errors. */
export function chooseParameters<P extends string>(
  owner: string,
  specs: Readonly<Record<P, ParameterSpec>>,
  given: Readonly<Record<string, unknown>>,
): Readonly<Record<P, number>> {
  const names = Object.keys(specs)
  for (const name of Object.keys(given)) {
    if (names.includes(name)) continue
    const near = similarTexts(name, names, 3)
    throw usageError(
      'unknown_parameter',
      `${owner} has no parameter ${name}: expected ${names.length === 0 ? 'none' : names.join(', ')}.`,
      ...near.map((like) => `--param ${owner}.${like}=${String(given[name])}`),
    )
  }
  const chosen = Object.entries<ParameterSpec>(specs).map(([name, spec]) => [name, inRange(owner, name, spec, given[name])])
  const numbers: Readonly<Record<P, number>> = Object.fromEntries(chosen)
  refuseEmptyRange(owner, numbers)
  return numbers
}

/** How the ends of a range are named. */
const ENDS = [
  ['_min', '_max'],
  ['_from', '_to'],
] as const

/** Between 70 and 60 nothing lies: the detector would never speak. */
function refuseEmptyRange(owner: string, numbers: Readonly<Record<string, number>>): void {
  for (const [name, least] of Object.entries(numbers)) {
    for (const [from, to] of ENDS) {
      const other = `${name.slice(0, -from.length)}${to}`
      const most = numbers[other]
      if (!name.endsWith(from) || most === undefined || least <= most) continue
      throw usageError(
        'empty_range',
        `${owner}.${name} is ${least} and ${owner}.${other} is ${most}: expected a range, nothing lies between them.`,
        `--param ${owner}.${name}=${most}`,
      )
    }
  }
}

function inRange(owner: string, name: string, spec: ParameterSpec, value: unknown): number {
  if (value === undefined) return spec.default
  const number = typeof value === 'string' && DECIMAL.test(value) ? Number(value) : value
  const is_sound = typeof number === 'number' && (spec.integer !== true || Number.isInteger(number))
  if (is_sound && number >= spec.min && number <= spec.max) return number
  throw usageError(
    'bad_parameter',
    `${owner}.${name} is ${JSON.stringify(value)}: expected a ${spec.integer === true ? 'whole number' : 'number'} from ${spec.min} to ${spec.max} (${spec.doc}).`,
    `--param ${owner}.${name}=${spec.default}`,
  )
}

function idsOf(definitions: readonly PatternDefinition[], name: string): string[] {
  const matching = definitions.filter(({ id, category }) => name === ALL || id === name || category === name)
  if (matching.length === 0) throw unknownPattern(definitions, name)
  return matching.map(({ id }) => id)
}

function unknownPattern(definitions: readonly PatternDefinition[], name: string): Error {
  const ids = definitions.map(({ id }) => id)
  const near = similarTexts(name, [...ids, ...PATTERN_CATEGORIES], 3)
  return usageError(
    'unknown_pattern',
    `No pattern or category is called ${name}${near.length === 0 ? '' : `; near it: ${near.join(', ')}`}.`,
    ...near.slice(0, 1).map((like) => `mds patterns --only ${like}`),
    'mds patterns --list',
  )
}
