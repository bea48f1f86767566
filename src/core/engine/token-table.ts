/** Instrument tokens to dense indexes by first appearance: open addressing in an Int32Array, a third of the cost of a `Map` per packet. */
export class TokenTable {
  #capacity = 4096
  /** Of the hash the upper bits are taken, as many as the capacity has: the lower ones mix the least. */
  #shift = 32 - Math.log2(this.#capacity)
  #tokens = new Int32Array(this.#capacity)
  #indexes = new Int32Array(this.#capacity).fill(-1)
  size = 0

  /** Index of the token, or -1 when it has not been added. */
  find(token: number): number {
    const mask = this.#capacity - 1
    let slot = Math.imul(token, 0x9e3779b1) >>> this.#shift
    for (;;) {
      const index = this.#indexes[slot] as number
      if (index < 0 || this.#tokens[slot] === (token | 0)) return index
      slot = (slot + 1) & mask
    }
  }

  /** Adds a token that is not there yet; answers its index. */
  add(token: number): number {
    if (2 * (this.size + 1) > this.#capacity) this.#grow()
    const index = this.size++
    this.#put(token | 0, index)
    return index
  }

  /** Slots looked at for the token that takes the most. */
  get longest_walk(): number {
    const walks = this.#indexes.map((index, slot) => {
      const home = Math.imul(this.#tokens[slot] as number, 0x9e3779b1) >>> this.#shift
      return index < 0 ? 0 : 1 + ((slot - home) & (this.#capacity - 1))
    })
    return walks.reduce((longest, walk) => Math.max(longest, walk), 0)
  }

  #put(token: number, index: number): void {
    const mask = this.#capacity - 1
    let slot = Math.imul(token, 0x9e3779b1) >>> this.#shift
    while ((this.#indexes[slot] as number) >= 0) slot = (slot + 1) & mask
    this.#tokens[slot] = token
    this.#indexes[slot] = index
  }

  #grow(): void {
    const tokens = this.#tokens
    const indexes = this.#indexes
    this.#capacity *= 2
    this.#shift--
    this.#tokens = new Int32Array(this.#capacity)
    this.#indexes = new Int32Array(this.#capacity).fill(-1)
    indexes.forEach((index, slot) => {
      if (index >= 0) this.#put(tokens[slot] as number, index)
    })
  }
}
