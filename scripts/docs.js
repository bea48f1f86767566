// Writes the generated sections of the docs, between `<!-- generated: NAME -->` and `<!-- end -->`, from the code and the command manifest
// (so build first). `--check` writes nothing and fails when a section is out of date.
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join, relative } from 'node:path'
import { build } from 'esbuild'
import { root } from './setup.js'

const {
  alerts,
  market,
  wire,
  candles,
  candlesticks,
  feed,
  indicators,
  options,
  patterns,
  reconcile,
  validate,
  CAPTURE_METRICS,
  DIAGNOSTIC_CODES,
  EXIT,
} = await loadCore()
const SECTIONS = {
  commands: commandReference,
  'candle-fields': () => fieldTable(market.CANDLE_FIELDS),
  'tick-fields': () => fieldTable(market.TICK_FIELDS),
  'chain-fields': () => fieldTable(options.CHAIN_FIELDS),
  'alert-fields': () => fieldTable(alerts.ALERT_FIELDS),
  'alert-rules': alertRules,
  'reconcile-classes': () => wordTable('class', reconcile.BAR_CLASSES),
  'reconcile-causes': () => wordTable('cause', reconcile.BAR_CAUSES),
  'reconcile-fields': () => fieldTable(reconcile.RECONCILE_FIELDS),
  'bar-kinds': () =>
    table(['`--bars`', 'a bar ends', 'smallest', 'largest', 'interval on output'], candles.BAR_KINDS.map(barKindRow)),
  indicators: indicatorTables,
  candlesticks: () =>
    table(
      ['id', 'TA-Lib', 'name', 'candles', 'bars ahead', 'reports', 'what it is'],
      candlesticks.CANDLESTICKS.map(candlestickRow),
    ),
  'candle-settings': () =>
    table(
      ['setting', 'TA-Lib', 'measures', 'over the bars before', 'times', 'so that'],
      Object.entries(candlesticks.CANDLE_SETTINGS).map(candleSettingRow),
    ),
  packets: packetTables,
  segments: segmentTable,
  'feed-states': feedStates,
  diagnostics: () =>
    table(
      ['code', 'what it says'],
      Object.entries(DIAGNOSTIC_CODES).map(([code, says]) => [`\`${code}\``, says]),
    ),
  'profile-fields': profileFields,
  'error-codes': errorCodes,
  'log-fields': logFields,
  'line-faults': () =>
    table(
      ['fault', 'the record is', 'what it is'],
      Object.entries(validate.LINE_FAULTS).map(([kind, { effect, doc }]) => [`\`${kind}\``, effect, doc]),
    ),
  'parity-kinds': () => table(['kind', 'meaning'], namedRows(validate.PARITY_KINDS)),
  'parity-causes': () => table(['cause', 'meaning'], namedRows(validate.PARITY_CAUSES)),
  'parity-fields': () => fieldTable(validate.PARITY_FIELDS),
  patterns: patternTable,
  'pattern-parameters': patternParameters,
  'capture-metrics': () =>
    table(
      ['metric', 'kind', 'meaning'],
      CAPTURE_METRICS.map(({ name, kind, help }) => [`\`mds_capture_${name}\``, kind, help]),
    ),
}

const SIGNS = { colour: 'the colour', none: 'no direction' }
const MEASURES = { body: 'body', range: 'high - low', shadow: 'mean of the two shadows' }

const stale = []
const unused = new Set(Object.keys(SECTIONS))
for (const path of [join(root, 'README.md'), ...filesUnder(join(root, 'docs'), '.md')]) {
  const before = readFileSync(path, 'utf8')
  const after = before.replace(/<!-- generated: (\S+) -->\n[\s\S]*?<!-- end -->/g, (_, name) => {
    if (SECTIONS[name] === undefined)
      throw new Error(`${path}: no section is called ${name}; there are ${Object.keys(SECTIONS).join(', ')}`)
    unused.delete(name)
    return `<!-- generated: ${name} -->\n\n${SECTIONS[name]()}\n\n<!-- end -->`
  })
  if (after === before) continue
  stale.push(relative(root, path))
  if (!process.argv.includes('--check')) writeFileSync(path, after)
}
if (unused.size > 0) throw new Error(`No page has the generated section ${[...unused].join(', ')}`)
if (process.argv.includes('--check') && stale.length > 0) {
  console.error(`Out of date: ${stale.join(', ')}. Run: npm run docs`)
  process.exitCode = 1
}

/** The core as it is in `src`, and the tables of io, bundled in memory. */
async function loadCore() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export * as alerts from './src/core/alerts/index.js'
        export * as market from './src/core/market/index.js'
        export * as wire from './src/core/wire/index.js'
        export * as candles from './src/core/candles/index.js'
        export * as patterns from './src/core/patterns/index.js'
        export * as candlesticks from './src/core/candlesticks/index.js'
        export * as feed from './src/core/feed/index.js'
        export * as indicators from './src/core/indicators/index.js'
        export * as options from './src/core/options/index.js'
        export * as reconcile from './src/core/reconcile/index.js'
        export * as validate from './src/core/validate/index.js'
        export * from './src/core/diagnostics.js'
        export { CAPTURE_METRICS } from './src/io/capture/metrics.js'
        export * from './src/core/errors.js'`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    platform: 'node',
    external: ['csv-parse', 'csv-parse/*'],
    logLevel: 'error',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

function table(head, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n')
}

function wordTable(head, words) {
  return table(
    [head, 'what it says'],
    Object.entries(words).map(([word, says]) => [`\`${word}\``, says]),
  )
}

function fieldTable(fields) {
  return table(
    ['field', 'type', 'absent?', 'meaning'],
    fields.map(({ name, type, optional, path, doc }) => [
      `\`${name}\`${path === undefined ? '' : `, in NDJSON \`${path.join('.')}\``}`,
      type,
      optional ? 'may be' : '',
      doc,
    ]),
  )
}

function alertRules() {
  const rows = Object.entries(alerts.ALERT_RULES).map(([name, { default: value, min, max, doc }]) => [
    `\`${name}\``,
    value,
    min,
    max,
    doc,
  ])
  return table(['rule', 'default', 'smallest', 'largest', 'meaning'], rows)
}

function namedRows(names) {
  return Object.entries(names).map(([name, says]) => [`\`${name}\``, says])
}

/** Our field, and what else it may be called. */
function logFields() {
  const rows = Object.entries(validate.fieldNames([])).map(([field, names]) => [
    `\`${field}\``,
    names
      .filter((name) => name !== field)
      .map((name) => `\`${name}\``)
      .join(', '),
  ])
  return table(['field', 'or'], rows)
}

function barKindRow({ name, example, summary, size, label }) {
  return [`\`${name}:${example}\``, summary, size.min, size.max, `\`${label(Number(example))}\``]
}

/** What there is and what its numbers mean; then all columns. */
function indicatorTables() {
  const { formOf, parseIndicators } = indicators
  // Candlestick patterns have a page of their own.
  const INDICATORS = indicators.INDICATORS.filter(({ id }) => !id.startsWith('cdl_'))
  const overview = INDICATORS.map((definition) => {
    const { summary, parameters, needs = [], source } = definition
    const numbers = Object.entries(parameters).map(
      ([name, { doc, min, max }]) => `${name === doc ? name : `${name}: ${doc}`} (${min} to ${max})`,
    )
    return [`\`${formOf(definition)}\``, summary, numbers.join('; '), needs.join(', '), source]
  })
  const columns = INDICATORS.flatMap((definition) => {
    const [{ columns, numbers }] = parseIndicators([formOf(definition)])
    const first = definition.warmUp(numbers)
    return columns.map(({ name, output }, n) => [
      `\`${name}\``,
      { price: 'rupees', count: 'quantity', number: '' }[output.unit],
      output.sparse ? `${first[n] + 1} or later` : first[n] + 1,
      output.doc,
    ])
  })
  return `${table(['`--set`', 'what', 'numbers', 'needs', 'source'], overview)}

The columns of each with its default numbers. *First bar*: the bar of a series, from 1, that has the first value.

${table(['column', 'unit', 'first bar', 'meaning'], columns)}`
}

function candlestickRow({ id, talib, name, candles, lookback, reports, sign, summary }) {
  const said = reports.filter((value) => value > 0).sort((a, b) => a - b)
  const signs = reports.some((value) => value < 0) ? (said.length > 0 ? '±' : '-') : ''
  const values = (said.length > 0 ? said : reports.map((value) => -value)).map((value) => `${signs}${value}`).join(', ')
  return [`\`${id}\``, talib, name, candles, lookback, sign === 'direction' ? values : `${values} (${SIGNS[sign]})`, summary]
}

function candleSettingRow([name, { talib, measure, bars, factor, doc }]) {
  return [`\`${name}\``, talib, MEASURES[measure], bars === 0 ? 'the bar itself' : bars, factor, doc]
}

/** A row for each state, a column for each event, in the cells where it leads. */
function feedStates() {
  const { CONNECTION_EVENTS, CONNECTION_STATES, TRANSITIONS } = feed
  return table(
    ['state', ...CONNECTION_EVENTS.map((event) => `\`${event}\``)],
    CONNECTION_STATES.map((state) => [
      `\`${state}\``,
      ...CONNECTION_EVENTS.map((event) =>
        (TRANSITIONS[state][event] ?? []).map((to) => (to === state ? 'stays' : to)).join(', '),
      ),
    ]),
  )
}

function patternTable() {
  return table(
    ['pattern', 'category', 'what it finds', 'source', 'needs', 'cooldown'],
    patterns.PATTERNS.filter(({ category }) => category !== 'candlestick').map(
      ({ id, category, summary, source, needs = [], cooldown_min }) => [
        `\`${id}\``,
        category,
        summary,
        source,
        needs.join(', '),
        `${cooldown_min} min`,
      ],
    ),
  )
}

function patternParameters() {
  return table(
    ['parameter', 'default', 'smallest', 'largest', 'meaning'],
    patterns.PATTERNS.filter(({ category }) => category !== 'candlestick').flatMap(({ id, parameters }) =>
      Object.entries(parameters).map(([name, { default: usual, min, max, doc }]) => [`\`${id}.${name}\``, usual, min, max, doc]),
    ),
  )
}

function commandReference() {
  const { commands } = JSON.parse(readFileSync(join(root, 'oclif.manifest.json'), 'utf8'))
  return Object.values(commands)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .map(commandText)
    .join('\n\n')
}

function commandText({ id, summary, description, args, flags, examples }) {
  const words = Object.values(args).map(({ name, required }) =>
    required ? ` ${name.toUpperCase()}` : ` [${name.toUpperCase()}...]`,
  )
  const parts = [`## mds ${id}`, `${summary}.`, `\`mds ${id}${words.join('')} [flags]\``]
  if (description !== undefined) parts.push(description)
  for (const { name, description } of Object.values(args)) parts.push(`\`${name.toUpperCase()}\`: ${description}`)
  parts.push(table(['flag', 'default', 'meaning'], Object.values(flags).map(flagRow)))
  const shown = examples.map((example) => (typeof example === 'string' ? { command: example } : example))
  parts.push(
    `\`\`\`sh\n${shown
      .map(({ description, command }) => `${description === undefined ? '' : `# ${description}\n`}${command}`)
      .join('\n')
      .replaceAll('<%= config.bin %>', 'mds')}\n\`\`\``,
  )
  return parts.join('\n\n')
}

function flagRow({ name, char, type, helpValue, options, default: value, env, required, summary, description }) {
  const taken = type === 'boolean' ? '' : ` ${options?.join('|') ?? helpValue ?? 'VALUE'}`
  const given = required ? 'required' : value === undefined || type === 'boolean' ? '' : `\`${[value].flat().join(',')}\``
  return [
    `${char === undefined ? '' : `\`-${char}\`, `}\`--${name}${taken}\``,
    env === undefined ? given : `${given}, or \`$${env}\``,
    summary ?? description,
  ]
}

/** Offsets, widths and signs as the encoder shows them: each field is set to all ones and looked for in the bytes. */
function packetTables() {
  const level = { quantity: 0, price: 0, orders: 0 }
  const quote = {
    last_traded_quantity: 0,
    average_traded_price: 0,
    volume_traded: 0,
    total_buy_quantity: 0,
    total_sell_quantity: 0,
  }
  const day = { open: 0, high: 0, low: 0, close: 0 }
  const index = { ...day, change: 0 }
  const depth = Array.from({ length: 10 }, () => level)
  const packets = [
    { kind: 'ltp' },
    { kind: 'index_quote', ...index },
    { kind: 'index_full', ...index, exchange_timestamp: 0 },
    { kind: 'quote', ...quote, ...day },
    { kind: 'full_v1', ...quote, ...day, depth },
    { kind: 'full', ...quote, ...day, last_trade_time: 0, oi: 0, oi_day_high: 0, oi_day_low: 0, exchange_timestamp: 0, depth },
  ]
  return packets.map((packet) => packetTable({ instrument_token: 0, last_price: 0, ...packet })).join('\n\n')
}

function packetTable(packet) {
  const bytesOf = (changed) => wire.encodeMessage([{ ...packet, ...changed }]).subarray(4)
  const zero = bytesOf({})
  const rows = []
  const add = (name, changed) => {
    const [bytes, sign] = allOnes(changed, bytesOf)
    const offset = bytes.findIndex((byte, at) => byte !== zero[at])
    const width = bytes.filter((byte, at) => byte !== zero[at]).length
    rows.push([offset, `${sign}${8 * width}`, name])
  }
  for (const name of Object.keys(packet)) {
    if (name === 'kind') continue
    if (name !== 'depth') add(`\`${name}\``, (value) => ({ [name]: value }))
    else {
      for (const field of ['quantity', 'price', 'orders'])
        add(`best bid: ${field}`, (value) => ({
          depth: packet.depth.map((level, n) => (n === 0 ? { ...level, [field]: value } : level)),
        }))
    }
  }
  rows.sort(([a], [b]) => a - b)
  const rest =
    packet.depth === undefined
      ? ''
      : '\n\nDepth: 5 bids, then 5 offers, best first, 12 bytes each; the last 2 of them are padding.'
  return `**${packet.kind}, ${zero.length} bytes**\n\n${table(['offset', 'type', 'field'], rows)}${rest}`
}

function allOnes(changed, bytesOf) {
  for (const [value, sign] of [
    [-1, 'i'],
    [0xffffffff, 'u'],
    [0xffff, 'u'],
  ]) {
    try {
      return [bytesOf(changed(value)), sign]
    } catch (error) {
      if (!(error instanceof RangeError)) throw error
    }
  }
  throw new Error('a field that takes no ones')
}

function segmentTable() {
  const known = Array.from({ length: 256 }, (_, byte) => ({ byte, ...market.segmentOf(byte) })).filter(
    ({ name }) => name !== 'UNKNOWN',
  )
  const rows = known.map(({ byte, name, price_divisor }) => [byte, name, price_divisor, market.isTradable(byte) ? 'yes' : 'no'])
  return table(
    ['segment byte', 'name', 'price divisor', 'tradable'],
    [...rows, ['others', 'UNKNOWN', market.segmentOf(255).price_divisor, 'yes']],
  )
}

/** The keys of a profile file, block by block, from the schema that editors use. */
function profileFields() {
  const schema = JSON.parse(readFileSync(join(root, 'config', 'schema', 'profile.schema.json'), 'utf8'))
  const { lists, instruments, select, redis, jsonl } = schema.properties
  const entry = instruments.anyOf[0].additionalProperties
  const blocks = [
    ['### The file', schema],
    ['### `lists.NAME`', lists.additionalProperties],
    ['### An entry of `instruments`', entry],
    ['### An entry of `select`', select.items],
    ['### `redis`', redis],
    ['### `redis.names`', redis.properties.names],
    ['### `redis.maxlen`', redis.properties.maxlen],
    ['### `jsonl`', jsonl],
  ]
  return blocks.map(([title, block]) => `${title}\n\n${profileTable(block)}`).join('\n\n')
}

function profileTable({ properties, required = [] }) {
  const rows = Object.entries(properties)
    .filter(([name]) => name !== '$schema')
    .map(([name, field]) => [
      `\`${name}\``,
      profileValue(field),
      required.includes(name) ? 'required' : field.default === undefined ? '' : `\`${JSON.stringify(field.default)}\``,
      field.description ?? '',
    ])
  return table(['key', 'value', 'default', 'meaning'], rows)
}

function profileValue({ type, enum: words, const: only, anyOf, minimum, maximum, items, pattern }) {
  if (anyOf !== undefined) return [...new Set(anyOf.map(profileValue))].join(', or ')
  if (words !== undefined || only !== undefined) return (words ?? [only]).map((word) => `\`${word}\``).join(', ')
  if (type === 'integer') return `${minimum} to ${maximum}`
  if (type === 'array') return `list of ${profileValue(items)}`
  if (type === 'boolean') return 'true, false'
  return { string: pattern === '^\\d{4}-\\d{2}-\\d{2}$' ? 'date' : 'text', object: 'object' }[type]
}

/** Every code of an MdsError, with its exit code, as the source has it. */
function errorCodes() {
  const codes = new Map([['usage', EXIT.usage]]) // what oclif itself refuses
  for (const path of filesUnder(join(root, 'src'), '.ts')) {
    const text = readFileSync(path, 'utf8')
    for (const [, , code] of text.matchAll(/(usageError|badBars)\(\s*'([a-z_]+)'/g)) codes.set(code, EXIT.usage)
    for (const [, code] of text.matchAll(/error_code: '([a-z_]+)'/g)) codes.set(code, EXIT.usage)
    for (const [, first, exit] of text.matchAll(/new MdsError\(([^{]*?),? \{[\s\S]*?exitCode: EXIT\.(\w+)/g))
      for (const [, code] of first.matchAll(/'([a-z]\w+)'/g)) codes.set(code, EXIT[exit])
  }
  return table(
    ['code', 'exit code'],
    [...codes].sort(([a], [b]) => (a < b ? -1 : 1)).map(([code, exit]) => [`\`${code}\``, exit]),
  )
}

function filesUnder(folder, ending) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(ending))
    .map((name) => join(folder, name))
    .sort()
}
