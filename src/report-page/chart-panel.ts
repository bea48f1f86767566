import type { AlertReport, ChartData, ChartsData } from '../core/report/index.js'
import { formatClock, IST_OFFSET_S } from '../core/time/index.js'
import { formatChange, formatCount, formatPercent, formatPrice } from '../core/view/index.js'
import { SIGNS } from './alert-marks.js'
import { clockMinute } from './clock.js'
import { element } from './element.js'
import { endText, evidenceOf } from './evidence.js'
import { linkTo } from './link.js'
import { type Layer, type Pointed, SymbolChart } from './symbol-chart.js'
import { onThemeChange } from './theme.js'

/** Alerts whose evidence fits into a card at once. */
const CARDS_MAX = 3
const DAY_S = 86_400
const LAYERS: readonly (readonly [Layer, string])[] = [
  ['vwap', 'VWAP'],
  ['profile', 'Profile'],
  ['alerts', 'Alerts'],
]

/** The chart with its heading, legend, switches, the list of alerts and the card that tells their evidence. */
export class ChartPanel {
  readonly #chart: SymbolChart
  readonly #heading = element('h3', { 'aria-live': 'polite' })
  readonly #legend = element('p', { class: 'legend' })
  readonly #list = element('ol')
  readonly #card = element('div', { class: 'card', role: 'status', hidden: '' })
  readonly #frame = element('div', { class: 'chart-frame', tabindex: '0', role: 'img' })
  #data: ChartData | undefined
  #step: number | undefined

  constructor(place: HTMLElement, charts: ChartsData, onStep: (by: 1 | -1) => void) {
    const canvas = element('div', { class: 'chart-canvas' })
    this.#frame.append(canvas, this.#card)
    const switches = element('div', { class: 'switches' })
    place.replaceChildren(
      element(
        'div',
        { class: 'chart-head' },
        stepButton('‹', 'Previous symbol', () => onStep(-1)),
        stepButton('›', 'Next symbol', () => onStep(1)),
        this.#heading,
        switches,
      ),
      this.#legend,
      element(
        'div',
        { class: 'chart-body' },
        this.#frame,
        element('aside', { 'aria-label': 'Alerts of this symbol' }, element('h4', {}, 'Alerts'), this.#list),
      ),
      element('p', { class: 'hint' }, '← → symbol · n p alert · / filter · drag to move, click and wheel to zoom'),
    )
    this.#chart = new SymbolChart(canvas, charts, (pointed) => this.#onPoint(pointed))
    for (const [layer, name] of LAYERS) switches.append(this.#switch(layer, name))
    switches.append(
      stepButton('+', 'Zoom in', () => this.#chart.zoomBy(0.6)),
      stepButton('−', 'Zoom out', () => this.#chart.zoomBy(1.6)),
      stepButton('All', 'Show the whole day', () => this.#chart.showAll()),
    )
    onThemeChange((theme) => this.#chart.setTheme(theme))
    this.#frame.addEventListener('pointerdown', () => {
      this.#chart.zooms = true
    })
    this.#frame.addEventListener('pointerleave', (event) => {
      this.#chart.zooms = false
      // A finger that is lifted leaves too: what it pointed at stays.
      if (event.pointerType === 'mouse') this.#onPoint(undefined)
    })
  }

  show(data: ChartData): void {
    this.#data = data
    this.#step = undefined
    this.#chart.showLevels(undefined)
    this.#chart.show(data)
    this.#hideCard()
    this.#tellHeading(data)
    this.#tellLegend(undefined)
    this.#list.replaceChildren(...data.alerts.map((alert) => this.#item(alert)))
    if (data.alerts.length === 0) this.#list.append(element('li', { class: 'empty' }, 'None.'))
    this.#frame.setAttribute('aria-label', `Candles of ${data.name}, ${data.alerts.length} alerts`)
  }

  /** Shows the bar of a time of day, in seconds after midnight (IST), with what is known of it. */
  pointAt(clock_s: number): void {
    const first_s = this.#chart.bars.times[0]
    if (first_s === undefined) return
    const midnight_s = Math.floor((first_s + IST_OFFSET_S) / DAY_S) * DAY_S - IST_OFFSET_S
    this.#moveTo(midnight_s + clock_s, (pointed) => this.#onPoint(pointed, true))
  }

  /** The next alert of the symbol, or the one before. */
  stepAlert(by: 1 | -1): void {
    const alerts = this.#data?.alerts ?? []
    if (alerts.length === 0) return
    const from = this.#step ?? (by > 0 ? -1 : alerts.length)
    this.#step = Math.min(alerts.length - 1, Math.max(0, from + by))
    const alert = alerts[this.#step]
    if (alert !== undefined) this.#select(alert)
  }

  #select(alert: AlertReport): void {
    this.#step = this.#data?.alerts.indexOf(alert)
    for (const [n, item] of [...this.#list.children].entries()) item.toggleAttribute('aria-current', n === this.#step)
    this.#chart.showLevels(alert)
    this.#moveTo((alert.known_at_ms - 1) / 1000, (pointed) => {
      this.#tellLegend(pointed)
      this.#showCard([alert], pointed)
    })
  }

  #moveTo(time_s: number, action: (pointed: Pointed | undefined) => void): void {
    const data = this.#data
    if (!this.#chart.moveTo(time_s)) return
    // The first frame draws the chart where it is now, the second one can say where that is.
    requestAnimationFrame(() =>
      requestAnimationFrame(() => {
        if (data === this.#data) action(this.#chart.pointAt(time_s))
      }),
    )
  }

  #onPoint(pointed: Pointed | undefined, is_asked = false): void {
    this.#tellLegend(pointed)
    const alerts = [...new Set((pointed?.marks ?? []).map(({ alert }) => alert))]
    if (alerts.length === 0) {
      this.#hideCard()
      return
    }
    this.#showCard(alerts, pointed)
    if (is_asked) this.#chart.showLevels(alerts[0])
  }

  #showCard(alerts: readonly AlertReport[], pointed: Pointed | undefined): void {
    const divisor = this.#data?.divisor ?? 1
    const shown = alerts.slice(0, CARDS_MAX).map((alert) => evidenceOf(alert, divisor))
    const more = alerts.length - shown.length
    this.#card.replaceChildren(...shown, ...(more > 0 ? [element('p', {}, `and ${more} more: see the list`)] : []))
    this.#card.hidden = false
    const { clientWidth, clientHeight } = this.#frame
    const x = pointed?.x ?? 0
    const left = x + 16 + this.#card.offsetWidth > clientWidth ? x - 16 - this.#card.offsetWidth : x + 16
    const top = (pointed?.y ?? 0) - this.#card.offsetHeight / 2
    this.#card.style.left = `${Math.max(4, left)}px`
    this.#card.style.top = `${Math.max(4, Math.min(clientHeight - this.#card.offsetHeight - 4, top))}px`
  }

  #hideCard(): void {
    this.#card.hidden = true
  }

  #item(alert: AlertReport): HTMLLIElement {
    const { direction, pattern, confidence, known_at_ms } = alert
    const button = element(
      'button',
      { type: 'button' },
      element('span', { class: 'time' }, clockMinute(known_at_ms / 1000)),
      element('span', { class: direction.toLowerCase() }, SIGNS[direction]),
      element('span', { class: 'pattern' }, pattern),
      element('span', { class: 'n' }, confidence.toFixed(2)),
      element('small', { class: alert.end?.state ?? '' }, endText(alert)),
    )
    button.setAttribute(
      'aria-label',
      `${clockMinute(known_at_ms / 1000)} ${direction} ${pattern}, confidence ${confidence}, ${endText(alert)}`,
    )
    button.addEventListener('click', () => this.#select(alert))
    return element('li', {}, button)
  }

  #tellHeading({ name, symbol, exchange, title, bars, divisor, previous_close }: ChartData): void {
    const last = this.#chart.bars.bars.findLast((bar) => bar !== undefined)
    const about = [exchange, ...(title !== '' && title !== symbol ? [title] : [])].join(' · ')
    const parts: Node[] = [element('a', { href: linkTo(name) }, name), element('small', {}, about)]
    if (last !== undefined && bars !== '') {
      parts.push(element('strong', {}, formatPrice(last.close, divisor)))
      if (previous_close > 0) {
        const change = last.close - previous_close
        const tone = change > 0 ? 'up' : change < 0 ? 'down' : ''
        parts.push(
          element('span', { class: tone }, `${formatChange(change, divisor)} (${formatPercent(change, previous_close)})`),
        )
      }
    }
    this.#heading.replaceChildren(...parts)
  }

  /** Numbers of the bar under the pointer; without one those of the last. */
  #tellLegend(pointed: Pointed | undefined): void {
    const { divisor } = this.#data ?? { divisor: 1 }
    const bar = pointed === undefined ? this.#chart.bars.bars.findLast((each) => each !== undefined) : pointed.bar
    if (bar === undefined) {
      this.#legend.textContent = pointed === undefined ? 'No trades.' : `${clockMinute(pointed.time_s)} no trade`
      return
    }
    const price = (units: number): string => formatPrice(units, divisor)
    const { open, high, low, close, volume, vwap, kind } = bar
    const figures: [string, string][] = [
      ['O', price(open)],
      ['H', price(high)],
      ['L', price(low)],
      ['C', price(close)],
      ['Vol', formatCount(volume)],
      ...(vwap === 0 ? [] : ([['VWAP', price(vwap)]] satisfies [string, string][])),
    ]
    this.#legend.replaceChildren(
      element('b', {}, formatClock(bar.start_s * 1000).slice(0, 5)),
      ...figures.map(([name, value]) => element('span', {}, element('i', {}, name), ` ${value}`)),
      ...(kind === 'whole' ? [] : [element('em', {}, KIND_WORDS[kind])]),
    )
  }

  #switch(layer: Layer, name: string): HTMLElement {
    const box = element('input', { type: 'checkbox', checked: '' })
    box.addEventListener('change', () => this.#chart.setLayer(layer, box.checked))
    return element('label', {}, box, ` ${name}`)
  }
}

const KIND_WORDS = { cut: 'incomplete', auction: 'auction', cut_auction: 'auction, incomplete' } as const

function stepButton(text: string, name: string, action: () => void): HTMLButtonElement {
  const button = element('button', { type: 'button', 'aria-label': name, title: name }, text)
  button.addEventListener('click', action)
  return button
}
