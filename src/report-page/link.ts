import { parseClock } from '../core/time/index.js'

/** What an address asks to see: `#RELIANCE`, `#NIFTY%2050@10:33`. */
export interface Link {
  readonly name: string
  /** Seconds after midnight, IST; undefined: the whole day. */
  readonly clock_s: number | undefined
}

/** Reads the part of the address behind `#`; undefined when nothing is named. A name may have an @ in it. */
export function readLink(hash: string): Link | undefined {
  const text = decoded(hash.replace(/^#/, ''))
  if (text === '') return undefined
  const at = text.lastIndexOf('@')
  const clock_s = at < 0 ? undefined : parseClock(text.slice(at + 1))
  return clock_s === undefined ? { name: text, clock_s: undefined } : { name: text.slice(0, at), clock_s }
}

export const linkTo = (name: string, clock?: string): string =>
  `#${encodeURIComponent(name)}${clock === undefined ? '' : `@${clock}`}`

function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}
