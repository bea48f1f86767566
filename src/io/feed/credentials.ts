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

  /** How the secrets of all of these may be written, longest first, so that no part of one is left where it holds another. */
  static formsOf(all: readonly Credentials[]): string[] {
    const secrets = all.flatMap((one) => (one.#secret ? [one.#api_key, one.#access_token] : []))
    const forms = new Set(secrets.filter(({ length }) => length >= SECRET_CHARS_MIN).flatMap(formsOf))
    return [...forms].sort((a, b) => b.length - a.length)
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
  #forms: readonly string[]

  constructor(first: Credentials) {
    this.#all = [first]
    this.#forms = Credentials.formsOf(this.#all)
  }

  get current(): Credentials {
    return this.#all.at(-1) as Credentials
  }

  change(credentials: Credentials): void {
    this.#all.push(credentials)
    this.#forms = Credentials.formsOf(this.#all)
  }

  /** A text of others (a reason of the server, a message of a library) with every secret taken out, as it is and as URLs and JSON have it. */
  scrub(text: string): string {
    return this.#forms.reduce((clean, secret) => clean.replaceAll(secret, HIDDEN), text)
  }
}

/** As it is, and as URLs, forms and JSON have it. */
const formsOf = (secret: string): string[] => [
  secret,
  encodeURIComponent(secret),
  new URLSearchParams({ s: secret }).toString().slice('s='.length),
  JSON.stringify(secret).slice(1, -1),
]
