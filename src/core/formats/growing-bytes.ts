/** Bytes in the making, in a buffer that grows and is reused: set `at` back to 0 to begin anew. */
export class GrowingBytes {
  bytes = new Uint8Array(64 * 1024)
  view = new DataView(this.bytes.buffer)
  at = 0

  /** Makes room for `count` more bytes. */
  reserve(count: number): void {
    if (this.at + count <= this.bytes.length) return
    const bytes = new Uint8Array(Math.max(2 * this.bytes.length, this.at + count))
    bytes.set(this.bytes.subarray(0, this.at))
    this.bytes = bytes
    this.view = new DataView(bytes.buffer)
  }

  get filled(): Uint8Array {
    return this.bytes.subarray(0, this.at)
  }

  append(bytes: Uint8Array): void {
    this.reserve(bytes.length)
    this.bytes.set(bytes, this.at)
    this.at += bytes.length
  }
}
