import type {
  IPrimitivePaneRenderer,
  IPrimitivePaneView,
  ISeriesApi,
  ISeriesPrimitive,
  SeriesType,
  Time,
} from 'lightweight-charts'
import type { ProfileReport } from '../core/report/index.js'
import { faded, type Theme } from './theme.js'

/** Share of the width that the longest row takes. */
const WIDTH = 0.2

/** The volume profile, lying at the right edge behind the candles; rows of the value area are stronger. */
export class ProfileDrawing implements ISeriesPrimitive<Time>, IPrimitivePaneView, IPrimitivePaneRenderer {
  profile: ProfileReport | undefined
  /** Feed units a rupee. */
  divisor = 100
  theme: Theme
  readonly #series: ISeriesApi<SeriesType>

  constructor(series: ISeriesApi<SeriesType>, theme: Theme) {
    this.#series = series
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
    const { profile } = this
    if (profile === undefined) return
    const most = profile.volumes.reduce((largest, volume) => Math.max(largest, volume), 0)
    target.useMediaCoordinateSpace(({ context, mediaSize }) => {
      profile.volumes.forEach((volume, row) => {
        const from = profile.low + row * profile.row
        const top = this.#y(from + profile.row)
        const bottom = this.#y(from)
        if (top === null || bottom === null || volume === 0) return
        const width = WIDTH * mediaSize.width * (volume / most)
        const in_area = from + profile.row > profile.val && from <= profile.vah
        context.fillStyle = faded(this.theme.accent, in_area ? 0.26 : 0.12)
        // A hair between rows that are high enough for it.
        const height = bottom - top
        context.fillRect(mediaSize.width - width, top, width, height > 3 ? height - 1 : Math.max(height, 0.5))
      })
    })
  }

  #y(price: number): number | null {
    return this.#series.priceToCoordinate(price / this.divisor)
  }
}
