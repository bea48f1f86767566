import type { BreakOff, LineOutput } from '../../../src/core/serve/index.js'

export type Heard =
  | { readonly kind: 'binary'; readonly hex: string }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'time'; readonly ms: number }
  | { readonly kind: 'end'; readonly end: BreakOff['how'] }

export const hexOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex')

/** Writes down what a client would get. */
export class Ear implements LineOutput {
  readonly heard: Heard[] = []

  announce(ms: number): void {
    this.heard.push({ kind: 'time', ms })
  }

  binary(message: Uint8Array): void {
    this.heard.push({ kind: 'binary', hex: hexOf(message) })
  }

  text(message: Uint8Array): void {
    this.heard.push({ kind: 'text', text: new TextDecoder().decode(message) })
  }

  breakOff(end: BreakOff): void {
    this.heard.push({ kind: 'end', end: end.how })
  }

  /** What came since the last call. */
  take(): Heard[] {
    return this.heard.splice(0)
  }

  /** Binary messages since the last call, heartbeats left out. */
  ticks(): string[] {
    return this.take().flatMap((one) => (one.kind === 'binary' && one.hex.length > 2 ? [one.hex] : []))
  }
}
