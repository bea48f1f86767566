import { ALERT_RULES } from '../../core/alerts/index.js'
import { type ActivePattern, PATTERNS } from '../../core/patterns/index.js'
import { effectiveConfig, readSignalConfig, type SignalConfig, sha256 } from '../signals/signal-config.js'

/** A configuration near the one of the replay, in words. */
interface Variant {
  readonly says: string
  readonly config: Pick<SignalConfig, 'patterns' | 'rules' | 'plugins'>
}

const HUNDRED = 100

/**
 * Finds out what configuration a hash is of, by trying those that are one step away: no baseline, the defaults, one number back at its default,
 * one detector more or fewer, another gate (in hundredths). Undefined when it is none of them.
 */
export async function hashExplainer(
  config: SignalConfig,
  baseline_sha256: string | undefined,
): Promise<(config_hash: string) => string | undefined> {
  const defaults = await readSignalConfig({
    only: [],
    min_confidence: undefined,
    params: [],
    config: undefined,
    plugins: [],
    baseline: undefined,
    version: config.version,
  })
  let known: Map<string, string> | undefined
  const tryAll = (): Map<string, string> => {
    const found = new Map<string, string>()
    const baselines = baseline_sha256 === undefined ? [undefined] : [baseline_sha256, undefined]
    for (const baseline of baselines)
      for (const { says, config: variant } of variantsOf(config, defaults)) {
        const hash = sha256(effectiveConfig({ ...config, ...variant }, baseline))
        const without = baseline === baseline_sha256 ? '' : ' without a baseline'
        if (!found.has(hash)) found.set(hash, `${says}${without}`)
      }
    return found
  }
  return (config_hash) => {
    known ??= tryAll()
    return known.get(config_hash)
  }
}

function* variantsOf(config: SignalConfig, defaults: SignalConfig): Iterable<Variant> {
  const { patterns, rules } = config
  yield { says: 'this one', config }
  yield { says: 'that of the defaults', config: defaults }
  for (const pattern of patterns) {
    const others = patterns.filter((one) => one !== pattern)
    yield { says: `this one without ${pattern.definition.id}`, config: { ...config, patterns: others } }
    for (const [name, spec] of Object.entries(pattern.definition.parameters)) {
      if (pattern.parameters[name] === spec.default) continue
      const reset = { ...pattern, parameters: { ...pattern.parameters, [name]: spec.default } }
      const says = `this one with ${pattern.definition.id}.${name} ${spec.default} (here ${pattern.parameters[name]})`
      yield { says, config: { ...config, patterns: patterns.map((one) => (one === pattern ? reset : one)) } }
    }
  }
  for (const definition of PATTERNS) {
    if (patterns.some((one) => one.definition.id === definition.id)) continue
    const parameters = Object.fromEntries(Object.entries(definition.parameters).map(([name, spec]) => [name, spec.default]))
    const more: ActivePattern = { definition, parameters }
    yield { says: `this one with ${definition.id} too`, config: { ...config, patterns: [...patterns, more] } }
  }
  for (const [name, { default: usual }] of Object.entries(ALERT_RULES)) {
    const own = rules[name as keyof typeof ALERT_RULES]
    if (own === usual) continue
    yield {
      says: `this one with alerts.${name} ${usual} (here ${own})`,
      config: { ...config, rules: { ...rules, [name]: usual } },
    }
  }
  for (let hundredths = 0; hundredths <= 98; hundredths++) {
    const min_confidence = hundredths / HUNDRED
    const says = `this one with alerts.min_confidence ${min_confidence} (here ${rules.min_confidence})`
    yield { says, config: { ...config, rules: { ...rules, min_confidence } } }
  }
}
