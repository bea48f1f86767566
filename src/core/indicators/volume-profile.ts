import { type ProfileNodes, profileNodes } from './profile-nodes.js'

/** Widest profile. Prices further out count in `left_out` only: one wild price must not take all memory. */
const BINS_MAX = 65_536
const FIRST_BINS = 128

/** How the value area grows from the point of control: by the better of two neighbours, or by the better pair of rows (CBOT). */
export type ValueAreaMethod = 'one_row' | 'two_row'

/** Width of a bin: 0.05 % of the previous close, in whole ticks, at least one. Prices in feed units. */
export const profileBin = (previous_close: number, tick_size: number): number =>
  Math.max(tick_size, Math.round(previous_close / (2000 * tick_size)) * tick_size)

/**
 * Volume by price of one session (Dalton; CBOT Market Profile). A price belongs to the nearest whole multiple of `bin`, and that multiple is
 * what is told of it. Prices in feed units. What is asked for is worked out when it is asked for, once per change.
 */
export class VolumeProfile {
  readonly bin: number
  /** Volume in all bins. */
  total = 0
  /** Volume too far away from the first price to have a bin. */
  left_out = 0
  readonly #method: ValueAreaMethod
  readonly #percent: number
  #volumes = new Float64Array(FIRST_BINS)
  /** Number of the bin that `#volumes` begins with. */
  #base = 0
  /** First and last bin with volume; empty while `#last < #first`. */
  #first = 0
  #last = -1
  #is_settled = false
  #poc = 0
  #high = 0
  #low = 0

  /** `percent` of the volume make the value area. */
  constructor(bin: number, method: ValueAreaMethod = 'one_row', percent = 70) {
    this.bin = bin
    this.#method = method
    this.#percent = percent
  }

  add(price: number, volume: number): void {
    if (!(volume > 0)) return
    const bin = Math.floor(price / this.bin + 0.5)
    if (this.#last < this.#first) {
      this.#base = bin - (FIRST_BINS >> 1)
      this.#first = this.#last = bin
    } else if (bin < this.#first || bin > this.#last) {
      const first = Math.min(bin, this.#first)
      const last = Math.max(bin, this.#last)
      if (last - first >= BINS_MAX) {
        this.left_out += volume
        return
      }
      this.#makeRoom(first, last)
      this.#first = first
      this.#last = last
    }
    this.#volumes[bin - this.#base]! += volume
    this.total += volume
    this.#is_settled = false
  }

  /** Point of control: the price with the most volume; of equals the one nearest to the middle of the profile, then the lower. NaN when empty. */
  get poc(): number {
    return this.#settled() ? this.#poc * this.bin : Number.NaN
  }

  /** Highest price of the value area. NaN when empty. */
  get vah(): number {
    return this.#settled() ? this.#high * this.bin : Number.NaN
  }

  /** Lowest price of the value area. NaN when empty. */
  get val(): number {
    return this.#settled() ? this.#low * this.bin : Number.NaN
  }

  /** Share of the volume at the point of control, in (0, 1]. NaN when empty. */
  get strength(): number {
    return this.#settled() ? this.#volumes[this.#poc - this.#base]! / this.total : Number.NaN
  }

  /** 1 - entropy of the bins over that of an even profile: 0 is even, 1 all volume at one price. To 9 decimals. NaN when empty. */
  get concentration(): number {
    if (this.#last < this.#first) return Number.NaN
    let entropy = 0
    for (let bin = this.#first; bin <= this.#last; bin++) {
      const share = this.#volumes[bin - this.#base]! / this.total
      if (share > 0) entropy -= share * Math.log(share)
    }
    const even = Math.log(this.#last - this.#first + 1)
    return even > 0 ? Math.round((1 - entropy / even) * 1e9) / 1e9 : 1
  }

  /** High-volume and low-volume nodes, from low to high price. */
  nodes(): ProfileNodes {
    if (this.#last < this.#first) return { high: [], low: [] }
    const volumes = this.#volumes.subarray(this.#first - this.#base, this.#last - this.#base + 1)
    return profileNodes(volumes, this.total, this.#first * this.bin, this.bin)
  }

  /** Volume in the bin of a price. */
  volumeAt(price: number): number {
    const bin = Math.floor(price / this.bin + 0.5)
    return bin < this.#first || bin > this.#last ? 0 : this.#volumes[bin - this.#base]!
  }

  #makeRoom(first: number, last: number): void {
    const { length } = this.#volumes
    if (first >= this.#base && last < this.#base + length) return
    const size = Math.max(2 * length, 2 * (last - first + 1))
    const base = Math.floor((first + last - size) / 2)
    const volumes = new Float64Array(size)
    volumes.set(this.#volumes.subarray(this.#first - this.#base, this.#last - this.#base + 1), this.#first - base)
    this.#volumes = volumes
    this.#base = base
  }

  /** False when there is nothing. */
  #settled(): boolean {
    if (this.#last < this.#first) return false
    if (this.#is_settled) return true
    this.#is_settled = true
    this.#findPoc()
    this.#growArea()
    return true
  }

  #findPoc(): void {
    const volumes = this.#volumes
    const [from, to] = [this.#first - this.#base, this.#last - this.#base]
    let poc = from
    for (let at = from + 1; at <= to; at++) {
      const more = volumes[at]! - volumes[poc]!
      if (more > 0 || (more === 0 && Math.abs(2 * at - from - to) < Math.abs(2 * poc - from - to))) poc = at
    }
    this.#poc = poc + this.#base
  }

  #growArea(): void {
    const rows = this.#method === 'two_row' ? 2 : 1
    let low = this.#poc
    let high = this.#poc
    let inside = this.#sum(low, high)
    while (100 * inside < this.#percent * this.total) {
      const above = this.#sum(high + 1, high + rows)
      const below = this.#sum(low - rows, low - 1)
      const is_up = low === this.#first || (high < this.#last && above >= below)
      if (is_up) high = Math.min(high + rows, this.#last)
      else low = Math.max(low - rows, this.#first)
      inside += is_up ? above : below
    }
    this.#low = low
    this.#high = high
  }

  /** Bins outside the profile are empty. */
  #sum(from: number, to: number): number {
    let sum = 0
    for (let bin = Math.max(from, this.#first); bin <= Math.min(to, this.#last); bin++) sum += this.#volumes[bin - this.#base]!
    return sum
  }
}
