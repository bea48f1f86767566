import type { ChartData, ChartsData } from '../core/report/index.js'
import { ChartPanel } from './chart-panel.js'
import { linkTo, readLink } from './link.js'

/** The address follows the symbol when no other is chosen for so long: browsers stop pages that change it all the time. */
const ADDRESS_AFTER_MS = 250

/** One chart at a time, chosen in the table, by key or by address. */
export function startCharts(
  place: HTMLElement,
  charts: ChartsData,
  table: HTMLTableElement | undefined,
  filter: HTMLInputElement | undefined,
): void {
  const by_name = new Map(charts.symbols.map((data) => [data.name, data]))
  const rows = [...(table?.tBodies[0]?.rows ?? [])]
  let shown: ChartData | undefined
  let address: ReturnType<typeof setTimeout> | undefined

  const panel = new ChartPanel(place, charts, (by) => step(by))

  const show = (data: ChartData): void => {
    if (data === shown) return
    shown = data
    panel.show(data)
    for (const row of rows) row.toggleAttribute('aria-current', row.dataset.name === data.name)
  }

  const follow = (): void => {
    const link = readLink(location.hash)
    const data = link === undefined ? undefined : by_name.get(link.name)
    if (data === undefined) return
    show(data)
    if (link?.clock_s !== undefined) panel.pointAt(link.clock_s)
    place.scrollIntoView({ block: 'nearest' })
  }

  /** To the next symbol in the order of the table, or the one before. */
  const step = (by: 1 | -1): void => {
    const names = orderOf(table, charts)
    const now = names.indexOf(shown?.name ?? '')
    const name = names[now < 0 ? 0 : (now + by + names.length) % names.length]
    const data = name === undefined ? undefined : by_name.get(name)
    if (data === undefined) return
    show(data)
    keepInSight(rows.find((row) => row.dataset.name === data.name))
    clearTimeout(address)
    address = setTimeout(() => history.replaceState(null, '', linkTo(data.name)), ADDRESS_AFTER_MS)
  }

  table?.tBodies[0]?.addEventListener('click', (event) => {
    const row = event.target instanceof Element ? event.target.closest('tr') : null
    const name = row?.dataset.name
    if (name === undefined || (event.target instanceof Element && event.target.closest('a') !== null)) return
    location.hash = linkTo(name)
  })
  addEventListener('hashchange', follow)
  document.addEventListener('keydown', (event) => {
    const { target, key } = event
    if (event.ctrlKey || event.metaKey || event.altKey || (target instanceof HTMLInputElement && target.type !== 'checkbox'))
      return
    const inside = target instanceof Node && (place.contains(target) || table?.contains(target) === true)
    if (key === 'ArrowRight' || (key === 'ArrowDown' && inside)) step(1)
    else if (key === 'ArrowLeft' || (key === 'ArrowUp' && inside)) step(-1)
    else if (key === 'n') panel.stepAlert(1)
    else if (key === 'p') panel.stepAlert(-1)
    else if (key === '/' && filter !== undefined) filter.focus()
    else return
    event.preventDefault()
  })

  const first = by_name.get(orderOf(table, charts)[0] ?? '')
  if (first !== undefined) show(first)
  follow()
}

/** Names as the table shows them now: sorted, without what the filter took away. */
function orderOf(table: HTMLTableElement | undefined, charts: ChartsData): string[] {
  if (table === undefined) return charts.symbols.map(({ name }) => name)
  return [...(table.tBodies[0]?.rows ?? [])].flatMap((row) =>
    row.hidden || row.dataset.name === undefined ? [] : [row.dataset.name],
  )
}

/** Scrolls the frame of the table, not the page. */
function keepInSight(row: HTMLTableRowElement | undefined): void {
  const frame = row?.closest<HTMLElement>('.table-frame')
  if (row === undefined || frame === null || frame === undefined) return
  const head = row.closest('table')?.tHead?.offsetHeight ?? 0
  const top = row.offsetTop - head
  if (top < frame.scrollTop) frame.scrollTop = top
  else if (row.offsetTop + row.offsetHeight > frame.scrollTop + frame.clientHeight)
    frame.scrollTop = row.offsetTop + row.offsetHeight - frame.clientHeight
}
