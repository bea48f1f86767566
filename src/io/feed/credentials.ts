import { inspect } from 'node:util'

/** Shorter ones would make holes in plain words. */
const SECRET_CHARS_MIN = 4
const HIDDEN = '[hidden]'

/** Key and token of one session. However it is printed, neither of them appears. */
export class Credentials {
  readonly #api_key: string
  readonly #access_token: string
  readonly #secret: boolean

  constructor({ api_key, access_token, secret = true }: { api_key: string; access_token: string; secret?: boolean }) {
    this.#api_key = api_key
    this.#access_token = access_token
    this.#secret = secret
  }

  /** For a replay server, which takes any values. */
  static standIns(): Credentials {
    return new Credentials({ api_key: 'mds', access_token: 'mds', secret: false })
  }

  /** Finds the secrets of all of these, longest first, so that no part of one is left where it holds another. */
  static patternsOf(all: readonly Credentials[]): RegExp[] {
    const secrets = new Set(all.flatMap((one) => (one.#secret ? [one.#api_key, one.#access_token] : [])))
    return [...secrets]
      .filter(({ length }) => length >= SECRET_CHARS_MIN)
      .sort((a, b) => b.length - a.length)
      .map((secret) => new RegExp([...secret].map(patternOf).join(''), 'giu'))
  }

  /** The URL of the socket, which carries both secrets: hand it to the socket, to nothing else. */
  socketUrl(endpoint: string): string {
    const url = new URL(endpoint)
    url.searchParams.set('api_key', this.#api_key)
    url.searchParams.set('access_token', this.#access_token)
    return url.href
  }

  equals(other: Credentials): boolean {
    return this.#api_key === other.#api_key && this.#access_token === other.#access_token
  }

  toString(): string {
    return HIDDEN
  }

  toJSON(): string {
    return HIDDEN
  }

  [inspect.custom](): string {
    return HIDDEN
  }
}

/** The credentials of a capture: those to log in with, and all of before, for a server may well send back what it was sent earlier. */
export class CredentialsInUse {
  readonly #all: Credentials[]
  #patterns: readonly RegExp[]

  constructor(first: Credentials) {
    this.#all = [first]
    this.#patterns = Credentials.patternsOf(this.#all)
  }

  get current(): Credentials {
    return this.#all.at(-1) as Credentials
  }

  change(credentials: Credentials): void {
    this.#all.push(credentials)
    this.#patterns = Credentials.patternsOf(this.#all)
  }

  /** A text of others (a reason of the server, a message of a library) with every secret taken out, as it is and as URLs and JSON have it. */
  scrub(text: string): string {
    return this.#patterns.reduce((clean, pattern) => clean.replace(pattern, HIDDEN), text)
  }
}

/** A character as it is and as URLs, forms and JSON escape it, once or more often: a server may quote what has quoted it. */
function patternOf(char: string): string {
  if (/^[a-z0-9]$/i.test(char)) return char
  const as_it_is = `\\\\{0,16}\\u{${codeOf(char)}}`
  const in_url = [...new TextEncoder().encode(char)].map((byte) => `%(?:25){0,8}${byte.toString(16).padStart(2, '0')}`).join('')
  const in_json = char
    .split('')
    .map((unit) => `\\\\{1,16}u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
    .join('')
  return `(?:${[as_it_is, in_url, in_json, ...(char === ' ' ? ['\\+'] : [])].join('|')})`
}

const codeOf = (char: string): string => (char.codePointAt(0) ?? 0).toString(16)
