import type { Swing, Swings } from '../swings.js'

/** The last confirmed swing of a kind that turned before a bar. */
export function lastSwingBefore({ all }: Swings, kind: Swing['kind'], bar: number): Swing | undefined {
  for (let i = all.length - 1; i >= 0; i--) {
    const swing = all[i] as Swing
    if (swing.kind === kind && swing.bar < bar) return swing
  }
  return undefined
}
