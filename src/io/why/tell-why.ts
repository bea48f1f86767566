import { printLine, whyLines } from '../../core/view/index.js'
import type { Explanation } from '../../core/why/index.js'
import { openStdout } from '../output.js'
import { hasColour } from '../terminal.js'

/** Detectors that kept silent and are shown step by step, unless the user has named those he asks about. */
const DETAILED = 3

/** Writes the explanation for people; colours only where there is a terminal. Nothing is cut: a long line wraps. */
export function tellWhy(explanation: Explanation, shows_all: boolean): void {
  const lines = whyLines({ explanation, detailed: shows_all ? undefined : DETAILED })
  const text = lines.map((line) => `${printLine(line, { width: Number.POSITIVE_INFINITY, colour: hasColour() })}\n`).join('')
  const sink = openStdout()
  if (sink.write(new TextEncoder().encode(text))) sink.finish()
}
