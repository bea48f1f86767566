/**
 * Text of others (symbols, names of files) for a terminal: control characters would move the cursor or change colours, bidirectional marks
 * would turn what stands around them. They come as `\u{1b}`.
 */
export function escaped(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (mark) => `\\u{${mark.codePointAt(0)?.toString(16)}}`)
}
