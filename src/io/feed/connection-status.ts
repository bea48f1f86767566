import type { ConnectionRole, ConnectionState } from '../../core/feed/index.js'

/** One connection of a feed, as it is shown. No secret. */
export interface ConnectionStatus {
  readonly connection: number
  readonly role: ConnectionRole
  readonly state: ConnectionState
  readonly tokens: number
  /** Of the socket that is open now. */
  readonly since_ms: number | undefined
  readonly last_message_ms: number | undefined
  readonly messages: number
  readonly packets: number
  readonly bytes: number
  readonly reconnects: number
  /** When the next try comes, and why the last one failed. */
  readonly retry_at_ms: number | undefined
  readonly detail: string
}
