// Writes test/core/candlesticks/talib/*.json: bars made here, and what TA-Lib sees in them. Needs the npm package `talib` 1.1.6, which compiles
// TA-Lib 0.6.0 and is no dependency of ours. In a folder of your own: `npm install talib@1.1.6`. Then, in a few minutes:
//   node scripts/talib-candlesticks.js FOLDER
// With `--compare N` it writes nothing and compares our reports with TA-Lib's on N times 100,000 other bars.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { join, resolve } from 'node:path'
import { build } from 'esbuild'
import { root, run } from './setup.js'

const VERSION = '1.1.6'
const OUT = join(root, 'test/core/candlesticks/talib')
/** Each number a pattern can report is there at least so often, by search where chance does not bring it. */
const LEAST = 6
/** Bars after a pattern that was searched for, for its confirmation. */
const AFTER = 3
const BATCH = 100_000
const MOST_BATCHES = 200
/** Places of each report that are changed until the report changes, and how far prices are moved for it, in ticks. */
const CHANGED = 4
const TRIED = [1, 2, 3, 5, 8, 12, 18, 27, 40, 60, 90, 140, 200, 300, 450, 700]

const folder = process.argv[2]
if (folder === undefined) throw new Error('usage: node scripts/talib-candlesticks.js FOLDER (the one where talib is installed)')
const talib = oracle(resolve(folder))
const { Random, CANDLESTICKS, CandlestickReader, AHEAD, MOVED, changed } = await modules()

if (process.argv[3] === '--compare') compare(Number(process.argv[4]))
else writeGoldens()

function compare(batches) {
  let found = 0
  for (let batch = 0; batch < batches; batch++) {
    const bars = weather(`compare ${batch}`, BATCH, 5_000, { round: batch % 2 === 1 })
    const reader = new CandlestickReader(CANDLESTICKS)
    const reports = CANDLESTICKS.map(() => [])
    bars.forEach((bar, at) => {
      const values = reader.update(...bar)
      for (let n = 0; n < values.length; n++)
        if (values[n] !== 0 && at >= CANDLESTICKS[n].lookback) reports[n].push(at, values[n])
    })
    const theirs = seenBy(bars)
    CANDLESTICKS.forEach(({ talib }, n) => {
      found += reports[n].length / 2
      if (JSON.stringify(reports[n]) !== JSON.stringify(theirs[talib].reports))
        throw new Error(`${talib} differs in batch ${batch}`)
    })
  }
  console.log(`${batches * BATCH} bars, ${found} reports, all equal`)
}

function writeGoldens() {
  const series = {
    weather: weather('weather', 1500, 2_400),
    flat: flat('flat', 800, 500),
    five_paise: weather('five_paise', 800, 20_000, { tick: 5 }),
    // Here the last bit of a sum like close + tolerance is no longer that of the tolerance.
    large: weather('large', 800, 900_000_000),
  }
  series.rare = rare('rare', LEAST, Object.values(series), {})
  const round = rare('round', CHANGED, [], { round: true })

  mkdirSync(OUT, { recursive: true })
  for (const [name, bars] of Object.entries(series)) {
    const golden = { talib: VERSION, bars: coded(bars), patterns: seenBy(bars) }
    write(name, name === 'rare' ? { ...golden, edges: edges(bars) } : golden)
  }
  write('round', { talib: VERSION, bars: coded(round), edges: edges(round) })
  run('npx', ['biome', 'format', '--write', OUT])
}

function write(name, golden) {
  writeFileSync(join(OUT, `${name}.json`), JSON.stringify(golden))
}

/** Four numbers a bar: open - close before, close - open, upper shadow, lower shadow. */
function coded(bars) {
  return bars.flatMap(([open, high, low, close], n) => [
    open - (bars[n - 1]?.[3] ?? 0),
    close - open,
    high - Math.max(open, close),
    Math.min(open, close) - low,
  ])
}

/** The patterns of TA-Lib, with the default of what parameter they have. */
function oracle(path) {
  const { version } = JSON.parse(readFileSync(join(path, 'node_modules/talib/package.json'), 'utf8'))
  if (version !== VERSION) throw new Error(`talib is ${version}; expected ${VERSION}, or a look at what changed`)
  return createRequire(join(path, 'package.json'))('talib')
}

async function modules() {
  const { outputFiles } = await build({
    stdin: {
      contents: `
        export * from './src/core/random.js'
        export * from './src/core/candlesticks/index.js'
        export * from './test/core/candlesticks/bars.js'`,
      resolveDir: root,
    },
    bundle: true,
    write: false,
    format: 'esm',
    logLevel: 'error',
  })
  return import(`data:text/javascript;base64,${Buffer.from(outputFiles[0].contents).toString('base64')}`)
}

/** For each pattern of TA-Lib: its lookback, and its reports as index, value, index, value ... */
function seenBy(bars, names = talib.functions.map(({ name }) => name).filter((name) => name.startsWith('CDL'))) {
  const prices = {
    open: bars.map((bar) => bar[0]),
    high: bars.map((bar) => bar[1]),
    low: bars.map((bar) => bar[2]),
    close: bars.map((bar) => bar[3]),
  }
  return Object.fromEntries(
    names.map((name) => {
      const { begIndex, result } = execute(name, prices)
      const reports = []
      for (const [n, value] of result.outInteger.entries()) if (value !== 0) reports.push(n + begIndex, value)
      return [name, { lookback: begIndex, reports }]
    }),
  )
}

function execute(name, prices) {
  const { optInputs = [] } = talib.functions.find((entry) => entry.name === name)
  const defaults = Object.fromEntries(optInputs.map((input) => [input.name, input.defaultValue]))
  return talib.execute({ name, startIdx: 0, endIdx: prices.open.length - 1, ...prices, ...defaults })
}

/**
 * Bars whose habits change every 15 to 45 bars: their size, their shadows, gaps, colour, how many are dojis, and how many open
 * or close at a price of the bars before. `round` ones have ranges of 100 ticks and bodies of 10, so that every limit is a whole
 * number of ticks and can be met exactly.
 */
function weather(stream, count, around, { tick = 1, round = false } = {}) {
  const random = new Random(20251120, stream)
  const bars = []
  let close = around
  let habit
  for (let left = 0; bars.length < count; left--) {
    if (left <= 0) {
      left = 15 + random.below(30)
      habit = {
        body: 1 + random.below(12),
        shadow: random.below(10),
        gap: random.below(8),
        drift: random.below(3) === 0 ? random.below(5) - 2 : 0,
        bare: random.unit(),
        doji: random.unit() * random.unit(),
        white: random.unit(),
        magnet: 0.7 * random.unit(),
      }
    }
    const before = bars.slice(-2)
    bars.push(round ? roundBar(close, before, habit, random) : barAfter(close, before, habit, random, tick))
    close = Math.abs(bars.at(-1)[3] - around) > around / 4 ? around : bars.at(-1)[3]
  }
  return bars
}

function barAfter(last, before, { body, shadow, gap, drift, bare, doji, white, magnet }, random, tick) {
  const drawn = (price) => drawnTo(before, magnet, random) ?? price
  const open = drawn(last + tick * (drift + random.below(2 * gap + 1) - gap))
  const length = random.unit() < doji ? 0 : tick * random.below(2 * body + 1)
  const close = drawn(random.unit() < white ? open + length : open - length)
  const shade = () => (random.unit() < bare ? 0 : tick * random.below(shadow + 1))
  return [open, Math.max(open, close) + shade(), Math.min(open, close) - shade(), close]
}

function roundBar(last, before, { body, shadow, gap, drift, bare, doji, white, magnet }, random) {
  const nudge = random.below(9) - 4
  const open = (drawnTo(before, magnet, random) ?? last + 10 * (drift + random.below(2 * gap + 1) - gap)) + nudge
  const whole = random.unit() < bare
  const length = random.unit() < doji ? 0 : (whole ? 100 : 10) * random.below(whole ? 4 : 2 * body + 1)
  const close = random.unit() < white ? open + length : open - length
  const rest = 100 * Math.ceil(length / 100) - length + (whole ? 0 : 100 * random.below(shadow / 4 + 1))
  const above = [0, rest, random.below(rest + 1)][random.below(3)]
  return [open, Math.max(open, close) + above, Math.min(open, close) - (rest - above), close]
}

/** Now and then a price of the last two bars. */
function drawnTo(before, magnet, random) {
  if (before.length === 0 || random.unit() >= magnet) return undefined
  return before[random.below(before.length)][random.below(4)]
}

/** Stocks that hardly trade, and stocks at their limit: most bars have one price. */
function flat(stream, count, around) {
  const random = new Random(20251120, stream)
  const bars = []
  let close = around
  let locked = 0
  while (bars.length < count) {
    if (random.below(40) === 0) locked = random.below(20)
    if (locked > 0) {
      locked--
      if (random.below(6) === 0) close += random.below(2) * 2 - 1
      bars.push([close, close, close, close])
    } else {
      const habit = { body: 2, shadow: 2, gap: 1, drift: 0, bare: 0.5, doji: 0.5, white: close < around ? 0.6 : 0.4, magnet: 0 }
      bars.push(barAfter(close, [], habit, random, 1))
      close = bars.at(-1)[3]
    }
  }
  return bars
}

/** Windows around patterns found in much weather, so that each report of each pattern comes `least` times, `others` counted. */
function rare(stream, least, others, kind) {
  const missing = new Map(CANDLESTICKS.flatMap(({ talib, reports }) => reports.map((value) => [`${talib} ${value}`, least])))
  for (const { key } of others.flatMap((bars) => reportsIn(seenBy(bars)))) missing.set(key, missing.get(key) - 1)
  const bars = []
  for (let batch = 0; [...missing.values()].some((count) => count > 0); batch++) {
    if (batch === MOST_BATCHES) throw new Error(`not found: ${[...missing].filter(([, count]) => count > 0).join('; ')}`)
    const source = weather(`${stream} ${batch}`, BATCH, 5_000, kind)
    const names = [...missing].filter(([, count]) => count > 0).map(([key]) => key.split(' ')[0])
    for (const { key, at } of reportsIn(seenBy(source, [...new Set(names)]))) {
      if (!(missing.get(key) > 0) || at < AHEAD || at + AFTER >= BATCH) continue
      missing.set(key, missing.get(key) - 1)
      append(bars, source.slice(at - AHEAD, at + AFTER + 1))
    }
  }
  return bars
}

function reportsIn(patterns) {
  return Object.entries(patterns).flatMap(([name, { reports }]) =>
    reports.flatMap((at, n) => (n % 2 === 0 ? [{ key: `${name} ${reports[n + 1]}`, at }] : [])),
  )
}

/** A window, moved to where the bars ended. */
function append(bars, window) {
  const moved = (bars.at(-1)?.[3] ?? window[0][0]) - window[0][0]
  for (const bar of window) bars.push(bar.map((price) => price + moved))
}

/**
 * What makes a pattern is seen best where it just fails: its candles, or a part of one, are moved up and down until
 * TA-Lib changes its mind. Kept is the first tick at which it does, as: index of the last bar, bars ago of what is moved, which
 * part, ticks, report. One tick less, and the report is still what it was.
 */
function edges(bars) {
  const reports = reportsIn(seenBy(bars))
  return Object.fromEntries(
    CANDLESTICKS.map(({ talib, candles, reports: possible }) => {
      const kept = []
      for (const value of possible) {
        const places = reports.filter(({ key, at }) => key === `${talib} ${value}` && at >= AHEAD).slice(0, CHANGED)
        for (const { at } of places)
          for (let ago = 0; ago < candles; ago++)
            for (let part = 0; part < MOVED.length; part++)
              for (const way of MOVED[part] === 'colour' ? [1] : [1, -1]) kept.push(...edge(talib, bars, { at, ago, part, way }))
      }
      return [talib, kept]
    }),
  )
}

function edge(name, bars, { at, ago, part, way }) {
  const window = bars.slice(at - AHEAD, at + 1)
  const report = (ticks) => {
    const { reports } = seenBy(changed(window, ago, part, ticks * way), [name])[name]
    return reports.at(-2) === AHEAD ? reports.at(-1) : 0
  }
  const usual = report(0)
  const beyond = TRIED.findIndex((ticks) => report(ticks) !== usual)
  if (beyond === -1) return []
  let [same, other] = [TRIED[beyond - 1] ?? 0, TRIED[beyond]]
  while (other - same > 1) {
    const middle = (same + other) >> 1
    if (report(middle) === usual) same = middle
    else other = middle
  }
  return [at, ago, part, other * way, report(other)]
}
