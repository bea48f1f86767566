/** The first few of any number of items in an order of their own, and nothing else kept. */
export class FirstFew<T> {
  readonly items: T[] = []
  readonly #limit: number
  readonly #compare: (a: T, b: T) => number

  constructor(limit: number, compare: (a: T, b: T) => number) {
    this.#limit = limit
    this.#compare = compare
  }

  /** Items that compare as equal keep the order in which they came. */
  add(item: T): void {
    const { items } = this
    const last = items.at(-1)
    if (items.length >= this.#limit && (last === undefined || this.#compare(last, item) <= 0)) return
    let at = items.length
    while (at > 0 && this.#compare(items[at - 1]!, item) > 0) at--
    items.splice(at, 0, item)
    if (items.length > this.#limit) items.pop()
  }
}
