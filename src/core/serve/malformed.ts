/** A message that no client should stumble over. None carries a whole packet: nothing is invented. */
export interface MalformedMessage {
  readonly name: string
  readonly kind: 'binary' | 'text'
  readonly bytes: Uint8Array
}

const hex = (name: string, digits: string): MalformedMessage => ({
  name,
  kind: 'binary',
  bytes: Uint8Array.from(digits.match(/../g) ?? [], (pair) => Number.parseInt(pair, 16)),
})
const text = (name: string, words: string): MalformedMessage => ({
  name,
  kind: 'text',
  bytes: new TextEncoder().encode(words),
})

/** In the order in which they are sent, over and over. */
export const MALFORMED: readonly MalformedMessage[] = [
  hex('no bytes', ''),
  hex('no packets', '0000'),
  hex('65535 packets announced, none there', 'ffff'),
  hex('cut in a length', '000100'),
  hex('cut after a length', '000100b8'),
  hex('184 bytes declared, 44 there', `000100b8${'00000001'.padEnd(88, '0')}`),
  hex('65535 bytes declared', '0001ffff00000001'),
  hex('a packet of no bytes', '00010000'),
  hex('12 bytes, which no packet has', `0001000c${'00000001'.padEnd(24, '0')}`),
  hex('36 bytes, which no packet has', `00010024${'00000001'.padEnd(72, '0')}`),
  hex('bytes behind the last packet', '0000abcdef'),
  hex('three bytes', '000000'),
  text('JSON cut short', '{"type":"error","data":"Tok'),
  text('null', 'null'),
  text('an array', '[1,2]'),
  text('an error that is no text', '{"type":"error","data":{"code":1}}'),
  text('a key that is a prototype', '{"type":"order","data":{"__proto__":{"polluted":true}}}'),
  text('control characters', '{"type":"message","data":"\\u001b[2J\\u0007 \\u202e"}'),
  text('a type nobody knows', '{"type":"weather","data":42}'),
]
