import { setTimeout as sleep } from 'node:timers/promises'
import { interrupted } from '../../core/errors.js'

const ANSWER_MS = 3000
const RETRY_MS = 500

/** Where the feed is, as far as this matters. */
interface Place {
  readonly url: string
  readonly loopback: boolean
  readonly host: string
}

/**
 * Asks what serves the feed whether it plays a recording, and where that stands (ms since the epoch): then its times stamp the records, or a day
 * replayed on another date would look like one long cache. Undefined: a live feed, or a server that is none of ours. One on this machine is
 * waited for, since it is often started in the same breath.
 */
export async function recordedTime(
  { url, loopback, host }: Place,
  run: { signal: AbortSignal; onNotice(text: string): void },
): Promise<number | undefined> {
  const status = new URL('/status', url.replace(/^ws/, 'http'))
  for (let told = false; ; ) {
    if (run.signal.aborted) throw interrupted()
    const answer = await ask(status, run.signal)
    if (answer.state === 'recorded') return answer.now_ms
    if (answer.state === 'other' || (answer.state === 'nobody' && !loopback)) return undefined
    if (!told && answer.state === 'nobody') {
      run.onNotice(`Nobody listens at ${host} yet: waiting. Ctrl-C ends this.`)
      told = true
    }
    await sleep(RETRY_MS, undefined, { signal: run.signal }).catch(() => {})
  }
}

type Answer =
  | { readonly state: 'recorded'; readonly now_ms: number }
  /** A replay that has not read its first record yet. */
  | { readonly state: 'soon' }
  | { readonly state: 'other' }
  | { readonly state: 'nobody' }

async function ask(url: URL, signal: AbortSignal): Promise<Answer> {
  try {
    const response = await fetch(url, { redirect: 'error', signal: AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]) })
    if (!response.ok) return { state: 'other' }
    const { phase, now_ms } = (await response.json()) as { phase?: unknown; now_ms?: unknown }
    if (typeof phase !== 'string') return { state: 'other' }
    return typeof now_ms === 'number' ? { state: 'recorded', now_ms } : { state: 'soon' }
  } catch (error) {
    // Whoever does not answer as HTTP, or as JSON, is there at least.
    const cause = error instanceof Error && error.cause instanceof Error && 'code' in error.cause ? error.cause.code : undefined
    return { state: cause === 'ECONNREFUSED' ? 'nobody' : 'other' }
  }
}
