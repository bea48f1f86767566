import { type BarWords, chooseBars } from './capture-bars.js'
import { type CaptureWords, planCapture } from './capture-plan.js'
import { chooseSinks, hidePassword, type SinkWords } from './capture-sinks.js'
import { openCapture } from './open-capture.js'
import type { CaptureEnd, CaptureListener } from './running-capture.js'

/** All that the command line says. */
export interface RunWords extends CaptureWords, SinkWords, BarWords {
  /** Port of the control API; 0: any; undefined: none. */
  readonly port: number | undefined
  readonly log_file: string | undefined
  readonly version: string
}

/** A capture from its first file to its last line: everything that can be refused is refused before a file is made. Undefined: nothing to record today. */
export async function runCapture(words: RunWords, listener: CaptureListener): Promise<CaptureEnd | undefined> {
  hidePassword(words)
  const bars = await chooseBars(words)
  const plan = await planCapture(words, listener)
  if (plan === undefined) return undefined
  const { port, log_file, version } = words
  const choice = { plan, sinks: chooseSinks(words, plan), bars, port, log_file, version }
  const capture = await openCapture(choice, listener.onNotice)
  try {
    return await capture.run(listener)
  } finally {
    await capture.close()
  }
}
