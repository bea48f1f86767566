import type { IChartApi, IPrimitivePaneRenderer, IPrimitivePaneView, ISeriesPrimitive, Logical, Time } from 'lightweight-charts'
import type { SpanS } from '../core/report/index.js'
import { type ChartBars, placeAt } from './chart-bars.js'
import { faded, type Theme } from './theme.js'

/** Times in which nothing of the instrument could be received, as bands behind the candles. */
export class SilenceDrawing implements ISeriesPrimitive<Time>, IPrimitivePaneView, IPrimitivePaneRenderer {
  silences: readonly SpanS[] = []
  bars: ChartBars = { times: [], bars: [], length_s: 60 }
  theme: Theme
  readonly #chart: IChartApi

  constructor(chart: IChartApi, theme: Theme) {
    this.#chart = chart
    this.theme = theme
  }

  paneViews(): readonly IPrimitivePaneView[] {
    return [this]
  }

  zOrder(): 'bottom' {
    return 'bottom'
  }

  renderer(): IPrimitivePaneRenderer {
    return this
  }

  draw(target: Parameters<IPrimitivePaneRenderer['draw']>[0]): void {
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      context.fillStyle = faded(this.theme.gap, 0.3)
      for (const { from_s, to_s } of this.silences) {
        const left = this.#x(from_s)
        const right = this.#x(to_s)
        if (left !== undefined && right !== undefined) context.fillRect(left, 0, Math.max(2, right - left), mediaSize.height)
      }
    })
  }

  /** Of a moment inside a bar, by how far the bar has gone. */
  #x(time_s: number): number | undefined {
    const place = Math.max(0, placeAt(this.bars, time_s))
    const start_s = this.bars.times[place]
    if (start_s === undefined) return undefined
    const within = Math.min(1, Math.max(0, (time_s - start_s) / this.bars.length_s))
    const scale = this.#chart.timeScale()
    const [centre, next] = [scale.logicalToCoordinate(place as Logical), scale.logicalToCoordinate((place + 1) as Logical)]
    return centre === null || next === null ? undefined : centre + (within - 0.5) * (next - centre)
  }
}
