import { usageError } from '../errors.js'

/** A value of a JSON file together with its place, so that every complaint says where, what was expected and what was found. */
export class JsonValue {
  readonly #file: string
  readonly #path: string
  readonly #error_code: string
  readonly #value: unknown

  constructor(value: unknown, origin: { file: string; error_code: string; path?: string }) {
    this.#value = value
    this.#file = origin.file
    this.#error_code = origin.error_code
    this.#path = origin.path ?? ''
  }

  /** For a complaint that only the caller can make. */
  fail(expected: string): never {
    const where = this.#path === '' ? 'at the top' : `at ${this.#path}`
    throw usageError(this.#error_code, `${this.#file}, ${where}: expected ${expected}, found ${brief(this.#value)}.`)
  }

  string(expected = 'a text that is not empty'): string {
    return typeof this.#value === 'string' && this.#value !== '' ? this.#value : this.fail(expected)
  }

  boolean(): boolean {
    return typeof this.#value === 'boolean' ? this.#value : this.fail('true or false')
  }

  integer(min: number, max: number): number {
    const value = this.#value
    return typeof value === 'number' && Number.isInteger(value) && value >= min && value <= max
      ? value
      : this.fail(`a whole number from ${min} to ${max}`)
  }

  number(min: number, max: number): number {
    const value = this.#value
    return typeof value === 'number' && value >= min && value <= max ? value : this.fail(`a number from ${min} to ${max}`)
  }

  oneOf<T extends string>(words: readonly T[]): T {
    return words.find((word) => word === this.#value) ?? this.fail(`one of ${words.join(', ')}`)
  }

  isNull(): boolean {
    return this.#value === null
  }

  list(): JsonValue[] {
    if (!Array.isArray(this.#value)) this.fail('a list')
    return this.#value.map((value: unknown, n) => this.#child(value, `${this.#path}[${n}]`))
  }

  /** Refuses keys that nobody reads: a misspelt key is otherwise a setting silently lost. */
  fields<K extends string, O extends string = never>(required: readonly K[], optional: readonly O[] = []) {
    const known: readonly string[] = [...required, ...optional]
    const found = new Map(this.entries())
    for (const key of required) if (!found.has(key)) this.fail(`an object with the key "${key}"`)
    for (const [key, value] of found) if (!known.includes(key)) value.fail(`no key "${key}" here (known: ${known.join(', ')})`)
    return {
      get: (key: K): JsonValue => found.get(key) ?? this.fail(`an object with the key "${key}"`),
      maybe: (key: O): JsonValue | undefined => found.get(key),
    }
  }

  entries(): [string, JsonValue][] {
    const value = this.#value
    if (typeof value !== 'object' || value === null || Array.isArray(value)) this.fail('an object')
    return Object.entries(value).map(([key, each]: [string, unknown]) => [
      key,
      this.#child(each, this.#path === '' ? key : `${this.#path}.${key}`),
    ])
  }

  #child(value: unknown, path: string): JsonValue {
    return new JsonValue(value, { file: this.#file, error_code: this.#error_code, path })
  }
}

const BRIEF_CHARS_MAX = 60

function brief(value: unknown): string {
  if (value === undefined) return 'nothing'
  const text = JSON.stringify(value)
  return text.length <= BRIEF_CHARS_MAX ? text : `${text.slice(0, BRIEF_CHARS_MAX)}...`
}
