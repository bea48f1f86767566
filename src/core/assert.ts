/** States an invariant. A failure is our bug, never the user's or the data's: it ends the run with a stack. */
export function assert(condition: unknown, claim: string): asserts condition {
  if (!condition) throw new Error(`Broken invariant: ${claim}. This is a bug in mds, please report it.`)
}

/** For the `default` of an exhaustive switch: does not compile when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`Broken invariant: unexpected ${String(value)}. This is a bug in mds, please report it.`)
}
