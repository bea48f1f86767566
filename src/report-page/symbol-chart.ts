import {
  CandlestickSeries,
  CrosshairMode,
  createChart,
  createSeriesMarkers,
  HistogramSeries,
  type IChartApi,
  type IPriceLine,
  type ISeriesApi,
  type ISeriesMarkersPluginApi,
  LineSeries,
  LineStyle,
  type Time,
  type UTCTimestamp,
} from 'lightweight-charts'
import type { AlertReport, ChartData, ChartsData, ReportBar } from '../core/report/index.js'
import { unpackNumbers } from '../core/report/index.js'
import { formatClock } from '../core/time/index.js'
import { formatCount, formatPrice } from '../core/view/index.js'
import { type AlertMark, alertMarks, drawnMark } from './alert-marks.js'
import { barAtOrBefore, type ChartBars, chartBars, placeAt } from './chart-bars.js'
import { clockMinute, fromChart, secondsOf, toChart } from './clock.js'
import { ProfileDrawing } from './profile-drawing.js'
import { SilenceDrawing } from './silence-drawing.js'
import { faded, readTheme, type Theme } from './theme.js'

/** What lies under the pointer; undefined: no bar. */
export interface Pointed {
  readonly bar: ReportBar | undefined
  readonly time_s: number
  readonly marks: readonly AlertMark[]
  /** Pixels from the top left corner of the chart. */
  readonly x: number
  readonly y: number
}

/** What may be hidden. */
export type Layer = 'vwap' | 'profile' | 'alerts'

/** Bars on each side of a moment that was asked for. */
const AROUND = 45

/** Candles, volume, VWAP, profile and alerts of one instrument at a time. */
export class SymbolChart {
  readonly #chart: IChartApi
  readonly #candles: ISeriesApi<'Candlestick'>
  readonly #volume: ISeriesApi<'Histogram'>
  readonly #vwap: ISeriesApi<'Line'>
  readonly #markers: ISeriesMarkersPluginApi<Time>
  readonly #profile: ProfileDrawing
  readonly #silences: SilenceDrawing
  readonly #span: ChartsData['span']
  readonly #length_s: number
  readonly #hidden = new Set<Layer>()
  #theme: Theme
  #data: ChartData | undefined
  #bars: ChartBars = { times: [], bars: [], length_s: 60 }
  #marks: readonly AlertMark[] = []
  #lines: IPriceLine[] = []
  #level_lines: IPriceLine[] = []

  constructor(
    place: HTMLElement,
    { span, interval }: Pick<ChartsData, 'span' | 'interval'>,
    onPoint: (pointed: Pointed | undefined) => void,
  ) {
    this.#span = span
    this.#length_s = secondsOf(interval)
    this.#theme = readTheme()
    this.#chart = createChart(place, { autoSize: true, ...CHART_OPTIONS })
    this.#candles = this.#chart.addSeries(CandlestickSeries, { borderVisible: false, priceLineVisible: false })
    this.#vwap = this.#chart.addSeries(LineSeries, {
      lineWidth: 2,
      priceLineVisible: false,
      crosshairMarkerVisible: false,
      lastValueVisible: false,
    })
    this.#volume = this.#chart.addSeries(HistogramSeries, { priceLineVisible: false, lastValueVisible: false }, 1)
    this.#chart.panes()[0]?.setStretchFactor(4)
    this.#chart.panes()[1]?.setStretchFactor(1)
    this.#markers = createSeriesMarkers(this.#candles, [])
    this.#profile = new ProfileDrawing(this.#candles, this.#theme)
    this.#silences = new SilenceDrawing(this.#chart, this.#theme)
    this.#candles.attachPrimitive(this.#profile)
    this.#candles.attachPrimitive(this.#silences)
    this.setTheme(this.#theme)
    this.#chart.subscribeCrosshairMove(({ time, point, sourceEvent }) => {
      // Not by the pointer: the crosshair was put somewhere, or taken away as the pointer left.
      if (sourceEvent === undefined) return
      if (time === undefined || point === undefined) onPoint(undefined)
      else onPoint(this.#pointedAt(placeAt(this.#bars, fromChart(time as number)), point.x, point.y))
    })
  }

  get bars(): ChartBars {
    return this.#bars
  }

  show(data: ChartData): void {
    this.#data = data
    this.#bars = chartBars(data, this.#span, this.#length_s)
    this.#marks = alertMarks(data.alerts, this.#bars)
    const decimals = decimalsOf(data.divisor)
    const priceFormat = {
      type: 'custom' as const,
      formatter: (rupees: number) => formatPrice(Math.round(rupees * data.divisor), data.divisor),
      minMove: Math.max(data.step / data.divisor, 1 / decimals),
    }
    this.#candles.applyOptions({ priceFormat })
    this.#vwap.applyOptions({ priceFormat: { ...priceFormat, minMove: 1 / data.divisor } })
    this.#volume.applyOptions({ priceFormat: { type: 'custom', formatter: shortCount, minMove: 1 } })
    this.#draw()
    this.#chart.priceScale('right').applyOptions({ autoScale: true })
    this.#chart.timeScale().fitContent()
  }

  setTheme(theme: Theme): void {
    this.#theme = theme
    this.#profile.theme = this.#silences.theme = theme
    this.#chart.applyOptions({
      layout: {
        textColor: theme.faint,
        fontFamily: theme.font,
        panes: { separatorColor: theme.grid, separatorHoverColor: theme.grid },
      },
      grid: { vertLines: { color: theme.grid }, horzLines: { color: theme.grid } },
      crosshair: { vertLine: { labelBackgroundColor: theme.accent }, horzLine: { labelBackgroundColor: theme.accent } },
    })
    this.#chart.applyOptions({ rightPriceScale: { borderColor: theme.grid }, timeScale: { borderColor: theme.grid } })
    this.#candles.applyOptions({ upColor: theme.up, downColor: theme.down, wickUpColor: theme.up, wickDownColor: theme.down })
    this.#vwap.applyOptions({ color: theme.accent })
    if (this.#data !== undefined) this.#draw()
  }

  setLayer(layer: Layer, shown: boolean): void {
    if (shown) this.#hidden.delete(layer)
    else this.#hidden.add(layer)
    this.#draw()
  }

  /** While true the wheel zooms; else it scrolls the page. */
  set zooms(on: boolean) {
    this.#chart.applyOptions({ handleScale: { mouseWheel: on }, handleScroll: { mouseWheel: on } })
  }

  zoomBy(factor: number): void {
    const scale = this.#chart.timeScale()
    const range = scale.getVisibleLogicalRange()
    if (range === null) return
    const half = (factor * (range.to - range.from)) / 2
    const middle = (range.from + range.to) / 2
    scale.setVisibleLogicalRange({ from: middle - half, to: middle + half })
  }

  showAll(): void {
    this.#chart.timeScale().fitContent()
  }

  /** Moves to the bar that holds a moment; false when there is none. Where it then lies is known once it is drawn: `pointAt`. */
  moveTo(time_s: number): boolean {
    const place = this.#barAt(time_s)
    if (place < 0) return false
    this.#chart.timeScale().setVisibleLogicalRange({ from: place - AROUND, to: place + AROUND })
    return true
  }

  /** Puts the crosshair on the bar that holds a moment; answers what is there. */
  pointAt(time_s: number): Pointed | undefined {
    const place = this.#barAt(time_s)
    const bar = this.#bars.bars[place]
    if (bar === undefined || this.#data === undefined) return undefined
    const close = bar.close / this.#data.divisor
    const time = toChart(bar.start_s) as UTCTimestamp
    this.#chart.setCrosshairPosition(close, time, this.#candles)
    const x = this.#chart.timeScale().timeToCoordinate(time) ?? 0
    return this.#pointedAt(place, x, this.#candles.priceToCoordinate(close) ?? 0)
  }

  /** Entry, stop and targets of an alert as lines; none without one. */
  showLevels(alert: AlertReport | undefined): void {
    for (const line of this.#level_lines) this.#candles.removePriceLine(line)
    this.#level_lines = []
    const theme = this.#theme
    const divisor = this.#data?.divisor ?? 1
    if (alert === undefined || alert.direction === 'NEUTRAL') return
    const levels: [number | undefined, string, string][] = [
      [alert.entry, theme.text, 'entry'],
      [alert.stop, theme.down, 'stop'],
      ...alert.targets.map((target): [number, string, string] => [target, theme.up, 'target']),
    ]
    this.#level_lines = levels.flatMap(([units, color, title]) =>
      units === undefined ? [] : [this.#line(units / divisor, color, title, LineStyle.Dashed)],
    )
  }

  #barAt(time_s: number): number {
    return barAtOrBefore(this.#bars, placeAt(this.#bars, time_s))
  }

  #pointedAt(place: number, x: number, y: number): Pointed | undefined {
    const time_s = this.#bars.times[place]
    if (time_s === undefined) return undefined
    const marks = this.#hidden.has('alerts') ? [] : this.#marks.filter((mark) => mark.place === place)
    return { bar: this.#bars.bars[place], time_s, marks, x, y }
  }

  #draw(): void {
    const data = this.#data
    if (data === undefined) return
    const theme = this.#theme
    const { divisor } = data
    const { bars, times } = this.#bars
    const timed = times.map((time_s, place) => ({ time: toChart(time_s) as UTCTimestamp, bar: bars[place] }))
    this.#candles.setData(
      timed.map(({ time, bar }) => (bar === undefined ? { time } : { time, ...candleOf(bar, divisor, theme) })),
    )
    this.#volume.setData(
      timed.map(({ time, bar }) =>
        bar === undefined
          ? { time }
          : {
              time,
              value: bar.volume,
              color: faded(isCut(bar) ? theme.faint : bar.close >= bar.open ? theme.up : theme.down, 0.55),
            },
      ),
    )
    const vwap = this.#hidden.has('vwap') ? [] : timed
    this.#vwap.setData(
      vwap.flatMap(({ time, bar }) => (bar === undefined || bar.vwap === 0 ? [] : [{ time, value: bar.vwap / divisor }])),
    )
    this.#silences.silences = data.silences
    this.#silences.bars = this.#bars
    this.#drawProfile(data)
    const marks = this.#hidden.has('alerts') ? [] : this.#marks
    this.#markers.setMarkers(marks.map((mark) => drawnMark(mark, this.#bars, divisor, theme)))
  }

  #drawProfile({ profile, divisor, previous_close }: ChartData): void {
    for (const line of this.#lines) this.#candles.removePriceLine(line)
    const shown = this.#hidden.has('profile') ? undefined : profile
    this.#profile.divisor = divisor
    this.#profile.profile = shown === undefined ? undefined : { ...shown, volumes: unpackNumbers(shown.volumes) }
    const { accent, faint } = this.#theme
    const of_profile: [number, string, string][] =
      shown === undefined
        ? []
        : [
            [shown.poc, accent, 'POC'],
            [shown.vah, faint, 'VAH'],
            [shown.val, faint, 'VAL'],
          ]
    this.#lines = [
      ...of_profile.map(([units, color, title]) =>
        this.#line(units / divisor, color, title, title === 'POC' ? LineStyle.Solid : LineStyle.Dotted),
      ),
      ...(previous_close > 0 ? [this.#line(previous_close / divisor, faint, 'prev. close', LineStyle.SparseDotted)] : []),
    ]
  }

  #line(price: number, color: string, title: string, lineStyle: LineStyle): IPriceLine {
    return this.#candles.createPriceLine({ price, color, title, lineStyle, lineWidth: 1, axisLabelVisible: true })
  }
}

const CHART_OPTIONS = {
  layout: { background: { color: 'transparent' }, fontSize: 11, attributionLogo: false },
  rightPriceScale: { scaleMargins: { top: 0.08, bottom: 0.06 }, minimumWidth: 84 },
  timeScale: {
    timeVisible: true,
    secondsVisible: false,
    rightOffset: 0,
    minBarSpacing: 0.4,
    tickMarkFormatter: (time: Time) => clockMinute(fromChart(time as number)),
  },
  localization: { locale: 'en-IN', timeFormatter: (time: Time) => formatClock(1000 * fromChart(time as number)) },
  crosshair: { mode: CrosshairMode.Normal },
  handleScale: { mouseWheel: false },
  handleScroll: { mouseWheel: false, vertTouchDrag: false },
}

const isCut = ({ kind }: ReportBar): boolean => kind === 'cut' || kind === 'cut_auction'

function candleOf(bar: ReportBar, divisor: number, theme: Theme) {
  const { open, high, low, close } = bar
  const prices = { open: open / divisor, high: high / divisor, low: low / divisor, close: close / divisor }
  if (!isCut(bar)) return prices
  // Neither up nor down: what is missing from it is not known.
  return { ...prices, color: theme.faint, wickColor: theme.faint, borderColor: theme.faint }
}

const decimalsOf = (divisor: number): number => (divisor > 100 ? 10_000 : 100)

/** `1.2M`, `45.3k`: for the axis only. */
function shortCount(count: number): string {
  if (count >= 1e6) return `${(count / 1e6).toFixed(1)}M`
  return count >= 10_000 ? `${(count / 1e3).toFixed(1)}k` : formatCount(Math.max(0, count))
}
