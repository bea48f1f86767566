import { usageError } from '../../core/errors.js'
import type { CaptureFigures } from '../../core/view/index.js'
import { ask, findTarget, type Target } from '../local/control-client.js'
import { openCaptureView } from './capture-view.js'
import { isCaptureStatus } from './read-status.js'

const POLL_MS = 500

/** The live view of a capture that runs elsewhere, until `signal` or q; the capture goes on. */
export async function watchCapture(words: { verb: string; to: string | undefined }, leave: AbortController): Promise<void> {
  if (words.verb !== 'status') throw usageError('usage', `${words.verb}: expected no --watch.`, 'mds ctl status --watch')
  if (process.stdout.isTTY !== true)
    throw usageError('not_a_terminal', '--watch: expected standard output to be a terminal.', 'mds ctl status --json')
  const target = findTarget(words.to, ['capture'], 'mds ctl status --watch')
  let figures = await figuresOf(target, leave.signal)
  const view = openCaptureView({ figures: () => figures, q: 'leave', onStop: () => leave.abort() })
  try {
    while (!leave.signal.aborted) {
      await pause(POLL_MS, leave.signal)
      if (!leave.signal.aborted) figures = await figuresOf(target, leave.signal)
    }
  } catch (error) {
    if (!leave.signal.aborted) throw error
  } finally {
    view.close()
  }
}

async function figuresOf(target: Target, signal: AbortSignal): Promise<CaptureFigures> {
  const status = await ask(target, '/status', undefined, signal)
  if (isCaptureStatus(status)) return status
  throw usageError('other_version', `${target.url} is no capture that this version of mds can show.`, 'mds ctl status --json')
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer)
      signal.removeEventListener('abort', end)
      resolve()
    }
    const timer = setTimeout(end, ms)
    signal.addEventListener('abort', end)
  })
}
