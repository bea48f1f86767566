/** What a key asks for. */
export type ViewAction =
  | 'pause'
  | 'step'
  | 'faster'
  | 'slower'
  | 'back'
  | 'forward'
  | 'up'
  | 'down'
  | 'help'
  | 'quit'
  | 'interrupt'

/** A line of the help page. */
export interface KeyLine {
  readonly keys: string
  readonly does: string
}

/** In the order of the help page. */
export const KEY_LINES: readonly KeyLine[] = [
  { keys: 'space', does: 'pause, go on' },
  { keys: '. or n', does: 'one step: what was received at the next moment' },
  { keys: '+ and -', does: 'twice as fast, half as fast; above 1000x as fast as it goes' },
  { keys: '← and →', does: 'one minute back, one minute ahead' },
  { keys: '↑ and ↓', does: 'choose a symbol: its candles are shown' },
  { keys: '?', does: 'this page, and away again' },
  { keys: 'q', does: 'quit' },
]

const ACTIONS: ReadonlyMap<string, ViewAction> = new Map<string, ViewAction>([
  [' ', 'pause'],
  ['.', 'step'],
  ['n', 'step'],
  ['+', 'faster'],
  ['=', 'faster'],
  ['-', 'slower'],
  ['_', 'slower'],
  ['\x1b[D', 'back'],
  ['\x1b[C', 'forward'],
  ['\x1b[A', 'up'],
  ['\x1b[B', 'down'],
  ['\x1bOD', 'back'],
  ['\x1bOC', 'forward'],
  ['\x1bOA', 'up'],
  ['\x1bOB', 'down'],
  ['h', 'back'],
  ['l', 'forward'],
  ['k', 'up'],
  ['j', 'down'],
  ['?', 'help'],
  ['q', 'quit'],
  ['Q', 'quit'],
  ['\x03', 'interrupt'],
])

/** A control sequence, a two-byte escape, or a character. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: a terminal sends keys as escape sequences
const KEY = /\x1b\[[0-9;]*[A-Za-z~]|\x1bO[A-Za-z]|[\s\S]/gu

/** What a terminal sent, as actions; keys that mean nothing are left out. Held keys arrive many at a time. */
export function readKeys(text: string): ViewAction[] {
  return [...text.matchAll(KEY)].flatMap(([key]) => ACTIONS.get(key) ?? [])
}
