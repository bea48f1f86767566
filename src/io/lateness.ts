/** Buckets grow by 5 % from 5 us: 512 of them reach 100 hours. */
const FIRST_MS = 0.005
const GROWTH = 1.05
const BUCKETS = 512

/** How late things came, to 5 %, in constant memory. */
export class Lateness {
  count = 0
  max_ms = 0
  readonly #buckets = new Uint32Array(BUCKETS)

  add(late_ms: number): void {
    this.count++
    if (late_ms > this.max_ms) this.max_ms = late_ms
    const bucket = late_ms <= FIRST_MS ? 0 : Math.ceil(Math.log(late_ms / FIRST_MS) / Math.log(GROWTH))
    const at = Math.min(bucket, BUCKETS - 1)
    this.#buckets[at] = (this.#buckets[at] as number) + 1
  }

  /** The lateness that `share` (0..1) of all did not exceed; undefined when there is none at all. */
  quantile(share: number): number | undefined {
    if (this.count === 0) return undefined
    let left = Math.ceil(share * this.count)
    let bound_ms = FIRST_MS
    for (const in_bucket of this.#buckets) {
      left -= in_bucket
      if (left <= 0) break
      bound_ms *= GROWTH
    }
    return Math.min(bound_ms, this.max_ms)
  }
}
