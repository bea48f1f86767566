/** Waits for a condition; the time limit of the test is the only other end. */
export async function until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
  const started_ms = Date.now()
  while (!(await isSo())) {
    if (Date.now() - started_ms > 60_000) throw new Error(`In vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}
