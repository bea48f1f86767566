import { assert } from '../assert.js'
import type { Random } from '../random.js'
import { sampleQuantile } from './sample-quantile.js'
import type { Interval } from './wilson.js'

/** A value and the name of its cluster, e.g. `RELIANCE 2025-10-06`: values of a cluster may hang together, clusters do not. */
export interface Clustered {
  readonly value: number
  readonly cluster: string
}

/** The mean of all values, and where it lies. NaN without values. */
export interface ClusteredMean {
  readonly mean: number
  readonly interval: Interval
  readonly n: number
  readonly clusters: number
}

/**
 * Interval of a mean by drawing whole clusters with replacement, as many as there are (Cameron, Gelbach and Miller, REStat 90, 2008): percentiles
 * of the means of the draws. With one cluster it has no width, which says nothing: look at `clusters`. Clusters are drawn in the order of their names,
 * so the order of the values does not matter but for that within a cluster.
 */
export function clusterBootstrap(
  values: readonly Clustered[],
  { draws, random, level = 0.95 }: { draws: number; random: Random; level?: number },
): ClusteredMean {
  assert(draws > 0, 'there is at least one draw')
  const clusters = sumsOf(values)
  const total = meanOf(clusters)
  const means = new Float64Array(draws)
  for (let draw = 0; draw < draws; draw++)
    means[draw] = meanOf(clusters.map(() => clusters[random.below(clusters.length)] as Sums))
  means.sort()
  const tail = (1 - level) / 2
  return {
    mean: total,
    interval: { low: sampleQuantile(means, tail), high: sampleQuantile(means, 1 - tail) },
    n: values.length,
    clusters: clusters.length,
  }
}

interface Sums {
  sum: number
  n: number
}

function sumsOf(values: readonly Clustered[]): Sums[] {
  const clusters = new Map<string, Sums>()
  for (const { value, cluster } of values) {
    const sums = clusters.get(cluster) ?? { sum: 0, n: 0 }
    sums.sum += value
    sums.n++
    clusters.set(cluster, sums)
  }
  return [...clusters].sort(([a], [b]) => (a < b ? -1 : 1)).map(([, sums]) => sums)
}

function meanOf(clusters: readonly Sums[]): number {
  let sum = 0
  let n = 0
  for (const cluster of clusters) {
    sum += cluster.sum
    n += cluster.n
  }
  return sum / n
}
