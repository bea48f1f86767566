/** One record as it lies in a buffer. Borrowed: valid until the next call that reads. */
export interface Frame {
  /** Dense numbers of file and connection (profile); see `RecordingOrder`. */
  file: number
  connection: number
  /** 0-based number of the record in its file. */
  record: number
  /** Byte offset of the record's header in the (decompressed) file. */
  offset: number
  received_at_ms: number
  /** The message is `[start, end)` of both views, which share one buffer. */
  view: DataView
  bytes: Uint8Array
  start: number
  end: number
}

/** First byte of a text message; no binary message begins so (it would announce over 31,000 packets). */
const OPENING_BRACE = 0x7b

export const isText = ({ bytes, start, end }: Pick<Frame, 'bytes' | 'start' | 'end'>): boolean =>
  end > start && bytes[start] === OPENING_BRACE
