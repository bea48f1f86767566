import type { CaptureFigures } from '../../core/view/index.js'

/** Whether an answer of `/status` is that of a capture, in the shape that this version of mds shows. */
export function isCaptureStatus(status: unknown): status is CaptureFigures {
  if (typeof status !== 'object' || status === null) return false
  const { connections, totals, rates, lag, recorder, sinks, recent_events, problems }: Partial<CaptureFigures> = status
  return (
    [connections, sinks, recent_events, problems].every(Array.isArray) &&
    [totals, rates, lag, recorder].every((part) => typeof part === 'object' && part !== null)
  )
}
