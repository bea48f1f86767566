// Builds what a report page contains into dist/report-page: its script with the chart libraries inside, its style, and their licences.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { build } from 'esbuild'

const FOLDER = 'dist/report-page'
const LIBRARIES = [
  { name: 'lightweight-charts', title: 'TradingView Lightweight Charts', licence: 'node_modules/lightweight-charts/LICENSE' },
  { name: 'uplot', title: 'uPlot', licence: 'node_modules/uplot/LICENSE' },
]

export async function buildReportPage() {
  const options = { bundle: true, minify: true, preserveSymlinks: true, target: 'es2022', charset: 'utf8', logLevel: 'warning' }
  await build({
    ...options,
    entryPoints: ['src/report-page/page.ts'],
    outfile: `${FOLDER}/page.js`,
    format: 'iife',
    platform: 'browser',
    conditions: ['production'],
    tsconfig: 'src/report-page/tsconfig.json',
    // The notices of the libraries stay in the script; their licences come below.
    legalComments: 'inline',
    plugins: [pure],
  })
  await build({ ...options, entryPoints: ['src/report-page/page.css'], outfile: `${FOLDER}/page.css` })
  mkdirSync(FOLDER, { recursive: true })
  writeFileSync(`${FOLDER}/licences.txt`, `${LIBRARIES.map(licenceOf).join('\n\n')}\n`)
}

/** Of the core only what the page uses: no module of it does anything by being imported. */
const pure = {
  name: 'pure',
  setup(builder) {
    builder.onResolve({ filter: /^\.\.?\// }, async ({ path, pluginData, ...place }) => {
      if (pluginData === 'resolved') return undefined
      const found = await builder.resolve(path, { ...place, pluginData: 'resolved' })
      return { ...found, sideEffects: false }
    })
  },
}

function licenceOf({ name, title, licence }) {
  const { version, license } = JSON.parse(readFileSync(`node_modules/${name}/package.json`, 'utf8'))
  const heading = `${title} ${version} (${license})`
  return `${heading}\n${'='.repeat(heading.length)}\n\n${readFileSync(licence, 'utf8').replaceAll('\r\n', '\n').trim()}`
}
