/** Half-open `[start, end)`, in any unit of time. A span without length counts as one unit long. */
export interface Span {
  readonly start: number
  readonly end: number
}

/**
 * Average uniqueness of each span among all (Lopez de Prado, Advances in Financial Machine Learning, 2018, 4.4): the mean over its life of 1 / the
 * number of spans alive. In (0, 1]; 1 where nothing else is alive. Labels of the same price path are one piece of news told several times.
 */
export function averageUniqueness(spans: readonly Span[]): number[] {
  const moments = [...new Set(spans.flatMap((span) => [span.start, endOf(span)]))].sort((a, b) => a - b)
  const place = new Map(moments.map((moment, n) => [moment, n]))
  const at = (moment: number): number => place.get(moment) as number
  const changes = new Int32Array(moments.length)
  for (const span of spans) {
    changes[at(span.start)]!++
    changes[at(endOf(span))]!--
  }
  // shared[n]: time from the first moment to the n-th, each stretch divided by the spans alive in it.
  const shared = new Float64Array(moments.length)
  let alive = 0
  for (let n = 1; n < moments.length; n++) {
    alive += changes[n - 1] as number
    const stretch = (moments[n] as number) - (moments[n - 1] as number)
    shared[n] = (shared[n - 1] as number) + (alive > 0 ? stretch / alive : 0)
  }
  return spans.map((span) => {
    const end = endOf(span)
    return ((shared[at(end)] as number) - (shared[at(span.start)] as number)) / (end - span.start)
  })
}

/** How many observations the weights are worth: their sum. n spans that never overlap are worth n, n that are one and the same are worth 1. */
export const effectiveCount = (uniqueness: readonly number[]): number => uniqueness.reduce((sum, weight) => sum + weight, 0)

const endOf = ({ start, end }: Span): number => Math.max(end, start + 1)
