import type { SnapshotFact } from './fact.js'
import type { PlantedFault } from './faults.js'

/** Where records go. `bytes` and `facts` are valid during the call. */
export interface RecordSink {
  /** `facts`: what a reader can read of it; empty unless the day keeps facts. */
  onRecord(received_ms: number, bytes: Uint8Array, facts: readonly SnapshotFact[]): void
  /** Bytes that stand where a record should. */
  onBrokenBytes(bytes: Uint8Array): void
  /** Concerns the record that comes next. */
  onPlanted(fault: PlantedFault): void
}
