import type { ChartsData, FeedData } from '../../src/core/report/index.js'

/** What the script of a page is given. */
export function reportData(page: string): { charts: ChartsData; feed: FeedData } {
  return { charts: dataOf(page, 'charts') as ChartsData, feed: dataOf(page, 'feed') as FeedData }
}

function dataOf(page: string, name: string): unknown {
  const begin = page.indexOf(`<script type="application/json" id="data-${name}">`)
  const from = page.indexOf('>', begin) + 1
  return JSON.parse(page.slice(from, page.indexOf('</script>', from)))
}
