/** Texts by code, for a column of texts. It only grows, so a code keeps its meaning. */
export class Dictionary {
  readonly texts: string[] = []
  readonly #codes = new Map<string, number>()

  codeOf(text: string): number {
    const known = this.#codes.get(text)
    if (known !== undefined) return known
    const code = this.texts.length
    this.texts.push(text)
    this.#codes.set(text, code)
    return code
  }
}
