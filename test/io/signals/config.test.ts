import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { effectiveConfig, readSignalConfig, type SignalWords } from '../../../src/io/signals/signal-config.js'
import { configSchema, configText } from '../../../src/io/signals/tell-config.js'
import { tempFolder } from '../../support/temp-folder.js'

const WORDS: SignalWords = {
  only: [],
  min_confidence: undefined,
  params: [],
  config: undefined,
  plugins: [],
  baseline: undefined,
  version: '1',
}
const read = (more: Partial<SignalWords>) => readSignalConfig({ ...WORDS, ...more })
const numbersOf = async (more: Partial<SignalWords>, id: string) =>
  (await read(more)).patterns.find(({ definition }) => definition.id === id)?.parameters

function file(content: unknown): string {
  const path = join(tempFolder(), 'my.json')
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content))
  return path
}

// After a change of a default: npx vitest run test/io/signals/config.test.ts -u
test('the published configuration and schema are those of the program', async () => {
  await expect(await configText({ ...WORDS, only: ['all'] })).toMatchFileSnapshot('../../../config/patterns.json')
  await expect(`${JSON.stringify(configSchema(), null, 2)}\n`).toMatchFileSnapshot('../../../config/schema/patterns.schema.json')
})

test('what is printed can be read again and changes nothing', async () => {
  const config = await read({ config: 'config/patterns.json', only: ['all'] })
  expect(effectiveConfig(config, undefined)).toBe(effectiveConfig(await read({ only: ['all'] }), undefined))
})

describe('numbers', () => {
  test('come from the defaults, then the file, then the command line', async () => {
    const config = file({ patterns: { volume_spike: { rv_min: 3, clv_min: 0.5 } }, alerts: { min_confidence: 0.7 } })
    expect((await numbersOf({}, 'volume_spike'))?.rv_min).toBe(2.2)
    expect(await numbersOf({ config }, 'volume_spike')).toMatchObject({ rv_min: 3, clv_min: 0.5 })
    expect(await numbersOf({ config, params: ['volume_spike.rv_min=4'] }, 'volume_spike')).toMatchObject({
      rv_min: 4,
      clv_min: 0.5,
    })
    expect((await read({ config })).rules.min_confidence).toBe(0.7)
    expect((await read({ config, min_confidence: '0.9' })).rules.min_confidence).toBe(0.9)
    expect((await read({ params: ['alerts.min_confidence=0.6'] })).rules.min_confidence).toBe(0.6)
  })

  test('several in one word', async () => {
    expect(await numbersOf({ params: ['volume_spike.rv_min=4,volume_spike.clv_min=0.1'] }, 'volume_spike')).toMatchObject({
      rv_min: 4,
      clv_min: 0.1,
    })
  })

  test.each([
    [{ params: ['volume_spike.rv_mim=3'] }, 'unknown_parameter', 'rv_min'],
    [{ params: ['volume_spke.rv_min=3'] }, 'unknown_pattern', 'volume_spike'],
    [{ params: ['volume_spike.rv_min=0.5'] }, 'bad_parameter', 'from 1 to 20'],
    [{ params: ['volume_spike.rv_min=much'] }, 'bad_parameter', 'from 1 to 20'],
    [{ params: ['volume_spike.rv_min=NaN'] }, 'bad_parameter', 'from 1 to 20'],
    [{ params: ['rv_min=3'] }, 'bad_parameter', 'PATTERN.NAME=NUMBER'],
    [{ min_confidence: '1.5' }, 'bad_parameter', 'alerts.min_confidence'],
    [{ min_confidence: '' }, 'bad_parameter', 'alerts.min_confidence'],
    [{ only: ['volume_spke'] }, 'unknown_pattern', 'volume_spike'],
    [{ only: ['constructor'] }, 'unknown_pattern', 'constructor'],
  ] as const)('%j is refused: %s', async (words, code, names) => {
    await expect(read(words)).rejects.toMatchObject({ code, exitCode: 2, message: expect.stringContaining(names) })
  })

  test.each([
    ['{', 'not JSON'],
    ['[]', 'not an object'],
    ['{"pattern":{}}', '"pattern" is not known'],
    ['{"patterns":[]}', 'must be objects'],
    ['{"patterns":{"volume_spike":3}}', 'volume_spike must be an object'],
  ])('a file %s is refused', async (content, says) => {
    await expect(read({ config: file(content) })).rejects.toMatchObject({
      code: 'bad_config',
      exitCode: 2,
      message: expect.stringContaining(says),
    })
  })

  test('a number in a file that is out of range is refused as well', async () => {
    await expect(read({ config: file({ patterns: { volume_spike: { rv_min: 99 } } }) })).rejects.toMatchObject({
      code: 'bad_parameter',
    })
  })

  test.each([null, '2.5', true])('%o in a file is no number', async (rv_min) => {
    await expect(read({ config: file({ patterns: { volume_spike: { rv_min } } }) })).rejects.toMatchObject({
      code: 'bad_config',
      message: expect.stringContaining('volume_spike.rv_min'),
    })
  })
})

test('by category, by name, all', async () => {
  const ids = async (only: string[]) => (await read({ only })).patterns.map(({ definition }) => definition.id)
  expect(await ids(['volume_spike'])).toEqual(['volume_spike'])
  expect(await ids(['volume'])).toContain('volume_spike')
  expect(await ids(['volume_spike,breakout', 'reversal'])).toEqual(
    expect.arrayContaining(['volume_spike', 'breakout', 'reversal']),
  )
  expect(await ids([])).not.toContain(undefined)
})

test('the hash knows every number, the plugins and the baseline', async () => {
  const folder = tempFolder()
  const plugin = join(folder, 'mine.js')
  writeFileSync(plugin, "export default { id: 'mine', create: () => () => undefined }")
  const texts = [
    effectiveConfig(await read({}), undefined),
    effectiveConfig(await read({ params: ['volume_spike.rv_min=2.3'] }), undefined),
    effectiveConfig(await read({ params: ['alerts.conflict_margin=0.06'] }), undefined),
    effectiveConfig(await read({ only: ['volume_spike'] }), undefined),
    effectiveConfig(await read({}), 'abc'),
    effectiveConfig(await read({ plugins: [plugin] }), undefined),
  ]
  expect(new Set(texts).size).toBe(texts.length)
  writeFileSync(plugin, `${readFileSync(plugin, 'utf8')} `)
  expect(texts).not.toContain(effectiveConfig(await read({ plugins: [plugin] }), undefined))
  // Its path is no part of it.
  expect(texts[0]).not.toContain(folder)
})

describe('a plugin that is none', () => {
  test.each([
    ['export default { id: "Mine", create: () => () => undefined }', 'id is "Mine"'],
    ['export default { id: "volume_spike", create: () => () => undefined }', 'is taken'],
    ['export default { id: "mine" }', 'create is undefined'],
    ['export default { id: "mine", create: () => {}, parameters: { x: { default: 5, min: 6, max: 7 } } }', 'parameters.x'],
    ['export default { id: "mine", create: () => {}, cadence: "tick" }', 'cadence'],
    ['export default { id: "mine", create: () => {}, category: 7 }', 'category is 7'],
    ['export default { id: "mine", create: () => {}, on: "stocks" }', 'on is "stocks"'],
    ['export default { id: "mine", create: () => {}, needs: "volume" }', 'needs is "volume"'],
    ['export default { id: "mine", create: () => {}, priority: "high" }', 'priority is "high"'],
    ['export default { id: "mine", create: () => {}, cooldown_min: NaN }', 'cooldown_min is'],
  ])('%s', async (text, says) => {
    const path = join(tempFolder(), 'plugin.js')
    writeFileSync(path, text)
    await expect(read({ plugins: [path] })).rejects.toMatchObject({
      code: 'bad_plugin',
      exitCode: 2,
      message: expect.stringContaining(says),
    })
  })
})

test('what a parameter of a plugin means may be left out', async () => {
  const path = join(tempFolder(), 'plugin.js')
  writeFileSync(path, 'export default { id: "mine", create: () => {}, parameters: { x: { default: 1, min: 0, max: 2 } } }')
  const wrong = read({ plugins: [path], params: ['mine.x=9'] })
  await expect(wrong).rejects.toMatchObject({ message: expect.not.stringContaining('undefined') })
})

test('a count or a switch is a whole number, and numbers are written as people write them', async () => {
  for (const param of ['hidden_accumulation.bars=30.5', 'momentum_engine.mode=0.5', 'kow_signal_straddle.confirm_s=60.5'])
    await expect(read({ params: [param] })).rejects.toMatchObject({
      code: 'bad_parameter',
      message: expect.stringContaining('whole'),
    })
  for (const param of ['volume_spike.rv_min=0x5', 'volume_spike.rv_min=Infinity'])
    await expect(read({ params: [param] })).rejects.toMatchObject({ code: 'bad_parameter' })
  for (const param of [
    'hidden_accumulation.bars=40',
    'volume_spike.rv_min=2.5e0',
    'volume_spike.rv_min=+3.',
    'volume_spike.clv_min=-.5',
  ])
    await expect(read({ params: [param] })).resolves.toBeDefined()
})

test('an empty list of names is no wish for all of them', async () => {
  for (const only of [[''], [','], ['', ' ']])
    await expect(read({ only })).rejects.toMatchObject({ code: 'no_pattern', exitCode: 2 })
})

test('a range in which nothing lies is refused', async () => {
  for (const param of ['range_bound_strangle.dte_min=60.5', 'optimal_trade_entry.zone_from=0.8', 'hidden_accumulation.rv_max=1'])
    await expect(read({ params: [param] })).rejects.toMatchObject({ exitCode: 2 })
  await expect(read({ params: ['optimal_trade_entry.zone_from=0.8'] })).rejects.toMatchObject({ code: 'empty_range' })
  await expect(read({ params: ['hidden_accumulation.rv_max=1.2', 'range_bound_strangle.dte_min=60'] })).resolves.toBeDefined()
})
