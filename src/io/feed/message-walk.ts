import { escaped } from '../../core/escaped.js'
import { decodeServerText, type TokenWatch } from '../../core/feed/index.js'
import { type PacketSink, readToken, walkPackets } from '../../core/wire/index.js'

/** What a binary message holds, for counters and watches: it has been recorded before anybody looks into it. One walk serves all. */
export class MessageWalk implements PacketSink {
  /** Of the message walked last. */
  packets = 0
  /** What does not add up; empty for a sound message. */
  trouble = ''
  #watch: TokenWatch | undefined

  walk(message: Uint8Array, watch: TokenWatch): void {
    this.packets = 0
    this.trouble = message.length === 0 ? 'an empty message' : ''
    this.#watch = watch
    walkPackets(new DataView(message.buffer, message.byteOffset, message.byteLength), 0, message.byteLength, this)
  }

  onPacket(view: DataView, at: number): void {
    this.packets++
    this.#watch?.note(readToken(view, at))
  }

  onBadPacket(...[code, offset, { packet, announced, length, left }]: Parameters<PacketSink['onBadPacket']>): void {
    if (this.trouble === '')
      this.trouble = `${code}: packet ${packet + 1} of ${announced}, offset ${offset}, length ${length}, ${left} bytes left`
  }
}

/** Texts of a server may be long, and hold anything. */
const TEXT_CHARS_MAX = 2048
const TYPE_CHARS_MAX = 40

/** Type and words of a server's text for the journal. Order postbacks hold account data: their words stay out. */
export function textForJournal(text: string): { type: string; text: string } {
  const { type = '' } = decodeServerText(text)
  return {
    type: escaped(type.slice(0, TYPE_CHARS_MAX)),
    text: type === 'order' ? '' : escaped(text.slice(0, TEXT_CHARS_MAX)).slice(0, TEXT_CHARS_MAX),
  }
}
