/** One message as the capture recorded it, or as a replay plays it. The bytes are borrowed: copy what is kept. */
export interface LiveMessage {
  /** 1, 2, 3, as in the names of recordings. */
  readonly connection: number
  readonly received_at_ms: number
  /** `[start, end)` of both views, which share one buffer. */
  readonly view: DataView
  readonly bytes: Uint8Array
  readonly start: number
  readonly end: number
}

export interface SinkStatus {
  readonly name: string
  readonly state: 'up' | 'down' | 'starting'
  /** Messages taken, handed on, and dropped because the ring was full. */
  readonly taken: number
  readonly sent: number
  readonly dropped: number
  /** Bytes that wait in the ring. */
  readonly waiting_bytes: number
  /** Why it is down; never a password. */
  readonly detail: string
}

/** Where messages go besides the recording. A sink never slows, never throws into, and never outlives the recording it hangs on. */
export interface LiveSink {
  /** Takes a message or drops and counts it: at once, without waiting. */
  onMessage(message: LiveMessage): void
  /** For a replay, which may wait where a capture may not: resolves when there is room again. */
  drained(): Promise<void>
  status(): SinkStatus
  /** Sends what waits, for at most `deadline_ms`, then lets go. Never rejects. */
  close(deadline_ms: number): Promise<void>
}

/** What a sink tells its owner. */
export interface SinkListener {
  onDown(detail: string): void
  onUp(dropped: number): void
}
