/** The largest block zstd allows. */
const BLOCK_BYTES_MAX = 128 * 1024

/**
 * A zstd frame of raw (not compressed) blocks, as RFC 8878 has it: magic, a frame header with the window and no content size, blocks.
 * Any zstd decoder reads it, and no fixture needs a compressor.
 */
export function zstdFrame(content: Uint8Array, block_bytes = BLOCK_BYTES_MAX): Uint8Array {
  const blocks: Uint8Array[] = []
  for (let at = 0; at < content.length || at === 0; at += block_bytes) {
    const block = content.subarray(at, at + block_bytes)
    const is_last = at + block_bytes >= content.length
    // 3 bytes, little-endian: last block, type 0 (raw), size.
    const header = (is_last ? 1 : 0) | (block.length << 3)
    blocks.push(Uint8Array.of(header & 0xff, (header >> 8) & 0xff, header >> 16), block)
  }
  // Descriptor 0: a window descriptor follows; 0x38 is a window of 128 KiB.
  return Buffer.concat([Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0x00, 0x38), ...blocks])
}
