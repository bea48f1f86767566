/** What a key asks of the view of a capture. */
export type CaptureAction = 'quit' | 'interrupt'

const QUIT = /^[qQ]$/
const CTRL_C = '\x03'

/** What a terminal sent, key by key; those that mean nothing are `undefined`, since any of them takes a question back. */
export const readCaptureKeys = (text: string): (CaptureAction | undefined)[] =>
  [...text].map((key) => (key === CTRL_C ? 'interrupt' : QUIT.test(key) ? 'quit' : undefined))
