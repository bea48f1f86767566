// How many planted patterns the detectors find, and how often they speak of nothing: makes synthetic days with and without plants, prints the tables.
// `--write` puts them into docs/patterns.md. About 150 s of work, shared among the cores.
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { availableParallelism, tmpdir } from 'node:os'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { build } from 'esbuild'
import { root } from './setup.js'

const PAGE = join(root, 'docs', 'patterns.md')
const SECTION = /<!-- measured: plants -->\n[\s\S]*?<!-- end -->/

if (isMainThread) await main()
else await work()

async function main() {
  const folder = mkdtempSync(join(tmpdir(), 'mds-plants-'))
  try {
    const bundle = join(folder, 'plants.mjs')
    await build({
      entryPoints: [join(root, 'test/support/plant-table.ts')],
      outfile: bundle,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
      // The calendar is read from beside the sources.
      define: { 'import.meta.url': JSON.stringify(pathToFileURL(join(root, 'test/support/feed.ts')).href) },
    })
    const { plantJobs, plantSection } = await import(pathToFileURL(bundle).href)
    const section = plantSection(await resultsOf(plantJobs(), bundle))
    if (!process.argv.includes('--write')) process.stdout.write(`${section}\n`)
    else writeFileSync(PAGE, withSection(readFileSync(PAGE, 'utf8'), section))
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}

function withSection(page, section) {
  if (!SECTION.test(page)) throw new Error(`${PAGE} has no section <!-- measured: plants --> ... <!-- end -->`)
  return page.replace(SECTION, () => `<!-- measured: plants -->\n\n${section}\n\n<!-- end -->`)
}

/** In the order of the jobs. Each worker takes the next one when it is done with its last. */
async function resultsOf(jobs, bundle) {
  const results = []
  let next = 0
  const one = () =>
    new Promise((resolve, reject) => {
      const worker = new Worker(new URL(import.meta.url), { workerData: { bundle } })
      let at = -1
      const give = () => {
        at = next++
        if (at < jobs.length) worker.postMessage(jobs[at])
        else worker.terminate().then(resolve)
      }
      worker.on('error', reject)
      worker.on('message', (result) => {
        results[at] = result
        process.stderr.write(`${results.filter(Boolean).length} of ${jobs.length} days\n`)
        give()
      })
      give()
    })
  await Promise.all(Array.from({ length: Math.min(jobs.length, availableParallelism()) }, one))
  return results
}

async function work() {
  const { runPlantJob } = await import(pathToFileURL(workerData.bundle).href)
  parentPort.on('message', (job) => parentPort.postMessage(runPlantJob(job)))
}
