/**
 * Constant text prepared for copying eight bytes at a time: one 64-bit store costs as much as one byte store. The words are doubles because
 * V8 moves them without boxing; UTF-8 text never has the bit pattern of a NaN (that would take the bytes 7f f0..ff or ff, which it cannot hold).
 */
export interface PackedText {
  /** Two at least, so that a writer may store two without asking. */
  readonly words: Float64Array
  readonly length: number
}

/** Packs once what is then written many times. */
export function packText(text: string): PackedText {
  const bytes = new TextEncoder().encode(text)
  const padded = new Uint8Array(Math.max(2, Math.ceil(bytes.length / 8)) * 8)
  padded.set(bytes)
  const view = new DataView(padded.buffer)
  const words = new Float64Array(padded.length / 8)
  for (let i = 0; i < words.length; i++) words[i] = view.getFloat64(i * 8, true)
  return { words, length: bytes.length }
}

/** Scratches up to 16 bytes beyond what it returns. */
export function writePacked(view: DataView, at: number, { words, length }: PackedText): number {
  for (let i = 0; i < words.length; i++) view.setFloat64(at + i * 8, words[i]!, true)
  return at + length
}
