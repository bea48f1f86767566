import { createHash } from 'node:crypto'
import { ALERT_RULES, type AlertRules } from '../../core/alerts/index.js'
import type { TimeBarOptions } from '../../core/candles/index.js'
import { MINUTE_INTERVAL, parseIntervals } from '../../core/candles/index.js'
import { usageError } from '../../core/errors.js'
import {
  type ActivePattern,
  chooseParameters,
  choosePatterns,
  PATTERN_INTERVALS,
  PATTERNS,
  type PatternDefinition,
} from '../../core/patterns/index.js'
import { readUserFile } from '../read-user-file.js'
import { loadPatternPlugins } from './pattern-plugins.js'

/** What the command line says about detectors and alerts. */
export interface SignalWords {
  /** Ids and categories; empty: all that are not optional. */
  readonly only: readonly string[]
  /** Still a word. */
  readonly min_confidence: string | undefined
  /** `volume_spike.rv_min=2.5`, `alerts.cooldown_min=5`. */
  readonly params: readonly string[]
  /** JSON: `{ "patterns": { ID: { NAME: NUMBER } }, "alerts": { NAME: NUMBER } }`. */
  readonly config: string | undefined
  /** Files of a user's own detectors. */
  readonly plugins: readonly string[]
  /** Undefined: the one beside the recordings, if there is one. */
  readonly baseline: string | undefined
  readonly version: string
}

/** Everything checked. The same for every day of a run. */
export interface SignalConfig {
  readonly patterns: readonly ActivePattern[]
  readonly rules: AlertRules
  readonly plugins: readonly PluginFacts[]
  readonly baseline: string | undefined
  /** Of mds: alerts carry it. */
  readonly version: string
}

/** A plugin as the run names it. */
export interface PluginFacts {
  readonly path: string
  readonly id: string
  readonly sha256: string
}

/** Bars that detectors live on: those that `mds candles` makes by default, with the trades in them. */
export const SIGNAL_BARS: TimeBarOptions = {
  intervals: parseIntervals(PATTERN_INTERVALS),
  auction: 'separate',
  fill: 'skip',
  late: 'drop',
  gap_volume: 'quarantine',
  flow: 'minute',
}
export const SIGNAL_CLOCK = 'trade'
/** The finest of them, which alerts name as theirs. */
export const SIGNAL_INTERVAL = MINUTE_INTERVAL.label

/** Reads, loads and checks; throws usage errors that name what is wrong. */
export async function readSignalConfig(words: SignalWords): Promise<SignalConfig> {
  const loaded = await loadPatternPlugins(words.plugins)
  const definitions: readonly PatternDefinition[] = [...PATTERNS, ...loaded.map(({ definition }) => definition)]
  const given = mergeParams(words.config === undefined ? {} : await readConfigFile(words.config), words.params)
  const { alerts = {}, ...parameters } = given
  const only = splitNames(words.only)
  if (words.only.length > 0 && only.length === 0)
    throw usageError(
      'no_pattern',
      '--only names no pattern: expected ids or categories, separated by commas.',
      'mds patterns --list',
    )
  const min_confidence = words.min_confidence === undefined ? {} : { min_confidence: words.min_confidence }
  return {
    patterns: choosePatterns(definitions, { only, parameters }),
    rules: chooseParameters('alerts', ALERT_RULES, { ...alerts, ...min_confidence }),
    plugins: loaded.map(({ path, sha256, definition }) => ({ path, sha256, id: definition.id })),
    baseline: words.baseline,
    version: words.version,
  }
}

/** Every number that decides what comes out, in one canonical text. Paths are no part of it: the hashes of the files are. */
export function effectiveConfig({ patterns, rules, plugins }: SignalConfig, baseline_sha256: string | undefined): string {
  const { intervals, ...bars } = SIGNAL_BARS
  return canonicalJson({
    schema: 1,
    patterns: Object.fromEntries(patterns.map(({ definition, parameters }) => [definition.id, parameters])),
    alerts: rules,
    bars: { ...bars, clock: SIGNAL_CLOCK, intervals: intervals.map(({ label }) => label) },
    plugins: Object.fromEntries(plugins.map(({ id, sha256 }) => [id, sha256])),
    baseline: baseline_sha256 ?? null,
  })
}

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')

/** Keys sorted, no white space: one text for one value. */
function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  )
}

const splitNames = (texts: readonly string[]): string[] =>
  texts
    .flatMap((text) => text.split(','))
    .map((name) => name.trim())
    .filter((name) => name !== '')

/** By owner (a pattern, or `alerts`), then by name. */
type Given = Record<string, Record<string, unknown>>

const EXAMPLE = '{ "patterns": { "volume_spike": { "rv_min": 2.5 } }, "alerts": { "min_confidence": 0.8 } }'

async function readConfigFile(path: string): Promise<Given> {
  const text = await readUserFile(path, { what: 'configuration', suggestion: 'mds patterns --print-config > my.json' })
  const refuse = (what: string): Error =>
    usageError('bad_config', `${path}: ${what}, expected something like ${EXAMPLE}.`, 'mds patterns --print-config')
  let content: unknown
  try {
    content = JSON.parse(text.toString('utf8'))
  } catch (error) {
    throw refuse(`not JSON (${(error as Error).message})`)
  }
  if (!isRecord(content)) throw refuse('not an object')
  const { patterns = {}, alerts = {}, $schema: _, ...others } = content
  const [unknown] = Object.keys(others)
  if (unknown !== undefined) throw refuse(`"${unknown}" is not known`)
  if (!isRecord(patterns) || !isRecord(alerts)) throw refuse('patterns and alerts must be objects')
  const given: Given = { alerts }
  for (const [id, parameters] of Object.entries(patterns)) {
    if (!isRecord(parameters)) throw refuse(`patterns.${id} must be an object`)
    given[id] = parameters
  }
  for (const [owner, numbers] of Object.entries(given))
    for (const [name, value] of Object.entries(numbers))
      if (typeof value !== 'number') throw refuse(`${owner}.${name} is ${JSON.stringify(value)} and no number`)
  return given
}

/** The command line wins over the file. */
function mergeParams(given: Given, params: readonly string[]): Given {
  const merged: Given = { ...given }
  for (const param of params.flatMap((text) => text.split(','))) {
    const match = /^([\w-]+)\.([\w-]+)=(.+)$/.exec(param.trim())
    const [, owner, name, value] = match ?? []
    if (owner === undefined || name === undefined)
      throw usageError(
        'bad_parameter',
        `--param ${param}: expected PATTERN.NAME=NUMBER, or alerts.NAME=NUMBER.`,
        '--param volume_spike.rv_min=2.5',
      )
    merged[owner] = { ...merged[owner], [name]: value }
  }
  return merged
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
