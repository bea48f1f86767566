import { openCaptureView } from './capture-view.js'
import { NoticeOutput } from './notice-output.js'
import { type RunWords, runCapture } from './run-capture.js'
import type { CaptureEnd } from './running-capture.js'

export interface ShowOptions {
  readonly signal: AbortSignal
  readonly quiet: boolean
  /** The live view, where standard output is a terminal. */
  readonly view: boolean
}

/** A capture as a person sees it: a view on a terminal, else a line for each event; in the end what came of it. */
export async function showCapture(words: RunWords, { signal, quiet, view }: ShowOptions): Promise<CaptureEnd | undefined> {
  const notices = new NoticeOutput()
  const is_shown = view && !quiet && process.stdout.isTTY === true
  let shown: { close(): void } | undefined
  try {
    const end = await runCapture(words, {
      signal,
      onNotice: (text) => {
        // The view has a place for events.
        if (!quiet && shown === undefined) notices.line(text)
      },
      onRunning: (status, stop) => {
        if (is_shown) shown = openCaptureView({ figures: status, q: 'stop', onStop: stop })
        else if (!quiet) notices.line(`Recording. ${words.port === undefined ? 'Ctrl-C' : 'Ctrl-C or mds ctl stop'} ends it.`)
      },
    })
    shown?.close()
    shown = undefined
    if (end !== undefined && !quiet) for (const line of end.summary) notices.line(line)
    return end
  } finally {
    shown?.close()
  }
}
