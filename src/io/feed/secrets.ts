/** What a feed logs in with. */
export interface Credentials {
  readonly api_key: string
  readonly access_token: string
}

/** Shorter ones are no secrets, and replacing them would make nonsense of every text. */
const SECRET_CHARS_MIN = 4

/** Knows every secret that was used, and takes them out of texts of others: a server may well send back what it was sent. */
export class Secrets {
  readonly #words = new Set<string>()

  add({ api_key, access_token }: Credentials): void {
    for (const secret of [access_token, api_key])
      if (secret.length >= SECRET_CHARS_MIN) for (const form of [secret, encodeURIComponent(secret)]) this.#words.add(form)
  }

  scrub(text: string): string {
    let clean = text
    // Longest first: one secret may begin with another.
    for (const word of [...this.#words].sort((a, b) => b.length - a.length)) clean = clean.replaceAll(word, '[secret]')
    return clean
  }
}
