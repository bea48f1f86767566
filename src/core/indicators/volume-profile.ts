/** Volume by price of a session. Stands in until the one of the indicators is there. */
export class VolumeProfile {
  total = 0
  readonly #tick: number
  #bin: number
  readonly #volumes = new Map<number, number>()

  constructor(tick: number) {
    this.#tick = tick
    this.#bin = tick
  }

  /** 3.15: bins of 0.05 % of the previous close, in whole ticks. */
  setBin(previous_close: number): void {
    this.#bin = Math.max(this.#tick, Math.round((0.0005 * previous_close) / this.#tick) * this.#tick)
  }

  add(price: number, volume: number): void {
    const bin = Math.floor(price / this.#bin)
    this.#volumes.set(bin, (this.#volumes.get(bin) ?? 0) + volume)
    this.total += volume
  }
}
