import type { ChartsData, FeedData } from '../core/report/index.js'
import { startCharts } from './charts.js'
import { pageData } from './element.js'
import { startFeedChart } from './feed-chart.js'
import { addFilter } from './filter.js'
import { makeSortable } from './sortable.js'

/** What a page may contain: whatever is there comes to life. */
for (const table of document.querySelectorAll<HTMLTableElement>('table[data-sortable]')) makeSortable(table)

const symbols = document.querySelector<HTMLTableElement>('#symbols')
const filter_place = document.querySelector<HTMLElement>('[data-filter="symbols"]')
const filter = symbols !== null && filter_place !== null ? addFilter(filter_place, symbols) : undefined

const charts = pageData<ChartsData>('charts')
const chart_place = document.getElementById('chart')
if (charts !== undefined && chart_place !== null) startCharts(chart_place, charts, symbols ?? undefined, filter)

const feed = pageData<FeedData>('feed')
const feed_place = document.getElementById('feed-chart')
if (feed !== undefined && feed_place !== null) startFeedChart(feed_place, feed)
