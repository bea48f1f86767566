import { escaped } from '../escaped.js'

/** Text of one tone. Every character is one cell wide: names of instruments are ASCII, and we draw with nothing wider. */
export interface Span {
  readonly text: string
  readonly tone: Tone
}

export type Tone = 'plain' | 'strong' | 'faint' | 'accent' | 'up' | 'down'
export type Line = readonly Span[]

const TONES: Readonly<Record<Tone, string>> = { plain: '', strong: '1', faint: '90', accent: '36', up: '32', down: '31' }

/** What would move the cursor is shown instead: names come from files of others. */
export const span = (text: string, tone: Tone = 'plain'): Span => ({ text: escaped(text), tone })
export const cells = (text: string): number => [...text].length
export const left = (text: string, width: number): string => {
  const characters = [...text]
  if (characters.length <= width) return text + ' '.repeat(width - characters.length)
  return width <= 0 ? '' : `${characters.slice(0, width - 1).join('')}…`
}
export const right = (text: string, width: number): string => ' '.repeat(Math.max(0, width - cells(text))) + text

/** One line for a terminal, cut at `width`, nothing behind its last character. With `colour` off, plain text. */
export function printLine(line: Line, { width, colour }: { width: number; colour: boolean }): string {
  let room = width
  let printed = ''
  for (const { text, tone } of line) {
    const cut = [...text].slice(0, room).join('')
    room -= cells(cut)
    if (cut === '') continue
    const code = TONES[tone]
    printed += colour && code !== '' ? `\x1b[${code}m${cut}\x1b[0m` : cut
  }
  return colour ? printed : printed.trimEnd()
}

/** `left` at the left margin, `right` at the right one, at least one blank between them. */
export function justified(line: Line, end: Line, width: number): Line {
  const used = [...line, ...end].reduce((sum, { text }) => sum + cells(text), 0)
  return [...line, span(' '.repeat(Math.max(1, width - used))), ...end]
}
