import { usageError } from '../core/errors.js'
import { TOKEN_MAX } from '../core/market/index.js'

const FOUND_CHARS_MAX = 40

/** Reads `408065,884737`, also with blanks, from a flag that may be repeated. Each token once, in the order given. */
export function tokensOfFlag(texts: readonly string[]): number[] {
  const words = texts.flatMap((text) => text.split(/[\s,]+/)).filter((word) => word !== '')
  const tokens = words.map(Number)
  const bad = words.find((word) => !(/^\d{1,10}$/.test(word) && Number(word) > 0 && Number(word) <= TOKEN_MAX))
  if (bad !== undefined || (texts.length > 0 && tokens.length === 0))
    throw usageError(
      'bad_token',
      `--tokens: expected instrument tokens from 1 to ${TOKEN_MAX}, separated by commas, found "${(bad ?? '').slice(0, FOUND_CHARS_MAX)}".`,
      '--tokens 408065,884737',
    )
  return [...new Set(tokens)]
}
