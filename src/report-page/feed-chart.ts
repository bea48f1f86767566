import uPlot from 'uplot'
import type { FeedData } from '../core/report/index.js'
import { unpackNumbers } from '../core/report/index.js'
import { formatClock } from '../core/time/index.js'
import { clockMinute } from './clock.js'
import { faded, onThemeChange, readTheme, type Theme } from './theme.js'

const HEIGHT_PX = 170
/** Seconds between two marks of the time axis: what people count in. */
const STEPS = [1, 2, 5, 10, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200]

/** The line of messages per second, silences behind it. Drag to look closer, double-click to see all. */
export function startFeedChart(place: HTMLElement, feed: FeedData): void {
  const messages = unpackNumbers(feed.messages)
  if (messages.length === 0) {
    place.textContent = 'Nothing was received.'
    return
  }
  const times = messages.map((_, second) => feed.start_s + second)
  const end_s = feed.start_s + messages.length - 1
  const most = messages.reduce((largest, count) => Math.max(largest, count), 0)
  place.setAttribute('role', 'img')
  place.setAttribute(
    'aria-label',
    `Messages per second from ${formatClock(feed.start_s * 1000)} to ${formatClock(end_s * 1000)}, at most ${most}`,
  )
  let plot: uPlot | undefined
  const draw = (theme: Theme): void => {
    plot?.destroy()
    plot = new uPlot(optionsOf(feed, theme, place.clientWidth), [times, messages], place)
  }
  draw(readTheme())
  onThemeChange(draw)
  new ResizeObserver(() => plot?.setSize({ width: place.clientWidth, height: HEIGHT_PX })).observe(place)
}

function optionsOf(feed: FeedData, theme: Theme, width: number): uPlot.Options {
  const axis: uPlot.Axis = {
    stroke: theme.faint,
    font: `11px ${theme.font}`,
    grid: { stroke: theme.grid, width: 1 },
    ticks: { stroke: theme.grid, width: 1, size: 4 },
  }
  return {
    width,
    height: HEIGHT_PX,
    scales: { x: { time: false } },
    axes: [
      { ...axis, incrs: STEPS, space: 64, values: (_, splits) => splits.map(clockMinute) },
      { ...axis, size: 46 },
    ],
    series: [
      { label: 'Time', value: (_, time_s) => (time_s === null ? '–' : formatClock(time_s * 1000)) },
      {
        label: 'Messages',
        stroke: theme.accent,
        fill: faded(theme.accent, 0.18),
        width: 1,
        points: { show: false },
        value: (_, count) => (count === null ? '–' : String(count)),
      },
    ],
    hooks: { drawClear: [(plot) => shadeGaps(plot, feed, theme)] },
  }
}

function shadeGaps(plot: uPlot, { gaps }: FeedData, theme: Theme): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = faded(theme.gap, 0.35)
  for (const { from_s, to_s } of gaps) {
    const left = Math.max(bbox.left, plot.valToPos(from_s, 'x', true))
    const right = Math.min(bbox.left + bbox.width, plot.valToPos(to_s, 'x', true))
    if (right > left) ctx.fillRect(left, bbox.top, Math.max(1, right - left), bbox.height)
  }
  ctx.restore()
}
