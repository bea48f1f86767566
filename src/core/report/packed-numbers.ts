const ALPHABET = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
const PLACES = new Int8Array(128).fill(-1)
for (let place = 0; place < ALPHABET.length; place++) PLACES[ALPHABET.charCodeAt(place)] = place
/** Five bits of a number in each character; the sixth says that more follow. */
const MORE = 32

/**
 * Whole numbers as text, small ones in few characters: sign in the lowest bit, then five bits a character, the low ones first. Exact up to
 * 2^52. No compression: what zlib makes depends on its build and on the CPU, and a page must be the same bytes everywhere.
 */
export function packNumbers(values: Iterable<number>): string {
  let text = ''
  for (const value of values) {
    let rest = value < 0 ? -2 * value - 1 : 2 * value
    while (rest >= MORE) {
      text += ALPHABET[MORE + (rest % MORE)]
      rest = Math.floor(rest / MORE)
    }
    text += ALPHABET[rest]
  }
  return text
}

/** What `packNumbers` packed. */
export function unpackNumbers(text: string): number[] {
  const values: number[] = []
  let value = 0
  let weight = 1
  for (let at = 0; at < text.length; at++) {
    const digit = PLACES[text.charCodeAt(at)] as number
    value += (digit % MORE) * weight
    weight *= MORE
    if (digit >= MORE) continue
    values.push(value % 2 === 1 ? -(value + 1) / 2 : value / 2)
    value = 0
    weight = 1
  }
  return values
}
