import type { Credentials } from './credentials.js'

/** How a socket ended. */
export type SocketEnd =
  | { readonly end: 'closed'; readonly code: number; readonly reason: string }
  /** The handshake was answered with another status than 101. */
  | { readonly end: 'refused'; readonly status: number }
  | { readonly end: 'failed'; readonly detail: string }

/** Calls come in the order in which things arrived, each at once, from within the event that brought it. */
export interface SocketListener {
  /** `recorded`: the server announces recorded times (see recorded-time in the core). */
  onOpen(recorded: boolean): void
  /** The bytes are borrowed for the call. */
  onBinary(message: Uint8Array): void
  onText(text: string): void
  onPing(payload: Uint8Array): void
  onPong(): void
  /** Told once; nothing comes after it. */
  onEnd(end: SocketEnd): void
}

/** A WebSocket as the feed needs it: `kite-socket` makes real ones, tests others. */
export interface FeedSocket {
  /** Counts up with every byte that arrives. */
  readonly bytesRead: number
  send(text: string): void
  ping(): void
  /** Nothing more is read until `resume`; what was read already may still come. The server is made to wait. */
  pause(): void
  resume(): void
  /** Closes politely; `onEnd` tells when the other side has agreed. */
  close(): void
  /** Ends at once, and `onEnd` is not called any more. */
  terminate(): void
}

export type OpenSocket = (credentials: Credentials, listener: SocketListener) => FeedSocket
