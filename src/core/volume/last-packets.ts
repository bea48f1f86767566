import { FULL_BYTES } from '../wire/index.js'

/** Where the bytes of an instrument's last accepted packet lie. */
export interface PacketPlace {
  /** Dense number of the instrument, from 0. */
  readonly index: number
  last_view: DataView | undefined
  last_at: number
  last_length: number
}

/**
 * Remembers last packets without copying them: they stay where they were read until their buffer is reused, and only then are moved here.
 * A copy per packet would cost as much as decoding it.
 */
export class LastPackets {
  #kept = new DataView(new ArrayBuffer(64 * FULL_BYTES))

  /** True when the packet is byte for byte the last accepted one. */
  equals(place: PacketPlace, view: DataView, at: number, length: number): boolean {
    const last = place.last_view
    if (last === undefined || place.last_length !== length) return false
    // every packet length is a multiple of 4
    for (let offset = 0; offset < length; offset += 4) {
      if (last.getInt32(place.last_at + offset) !== view.getInt32(at + offset)) return false
    }
    return true
  }

  /** The bytes behind `view` are about to be overwritten: move out what is still needed. */
  keep(places: readonly PacketPlace[], view: DataView): void {
    if (places.length * FULL_BYTES > this.#kept.byteLength) this.#grow(places)
    const kept = this.#kept
    for (const place of places) {
      if (place.last_view !== view) continue
      const to = place.index * FULL_BYTES
      for (let offset = 0; offset < place.last_length; offset += 4)
        kept.setInt32(to + offset, view.getInt32(place.last_at + offset))
      place.last_view = kept
      place.last_at = to
    }
  }

  #grow(places: readonly PacketPlace[]): void {
    const old = this.#kept
    const bytes = new Uint8Array(2 * places.length * FULL_BYTES)
    bytes.set(new Uint8Array(old.buffer))
    this.#kept = new DataView(bytes.buffer)
    for (const place of places) if (place.last_view === old) place.last_view = this.#kept
  }
}
