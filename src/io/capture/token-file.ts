import { constants } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { EXIT, MdsError } from '../../core/errors.js'
import { parseIso } from '../../core/time/index.js'
import { shellWord } from '../shell-word.js'

/** What the login left. Key and token are secrets. */
export interface TokenFile {
  readonly path: string
  readonly api_key: string
  readonly access_token: string
  /** `created_at` of the file, read as IST where it has no zone; else when the file was last changed. */
  readonly made_ms: number
}

/** A token file has a few hundred bytes; the length is bounded before anything is read. */
const TOKEN_FILE_BYTES_MAX = 64 * 1024
const OTHERS = 0o077
/** A link is not followed (it may lead anywhere by the time it is read), and a FIFO can't make us wait. Windows knows neither. */
const OPEN_FLAGS = constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0)

/**
 * Reads `{"api_key": "...", "access_token": "..."}`; other keys are passed over. Undefined when there is no such file. A file that others
 * may read is refused before a byte of it is read. No message holds anything of the content.
 */
export async function readTokenFile(path: string): Promise<TokenFile | undefined> {
  const file = await opened(path)
  try {
    return file === undefined ? undefined : await readPrivate(file, path)
  } finally {
    await file?.close()
  }
}

async function opened(path: string): Promise<FileHandle | undefined> {
  try {
    return await open(path, OPEN_FLAGS)
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : ''
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined
    if (code === 'ELOOP') throw refused(path, 'a symbolic link', `--token-file "$(readlink -f ${shellWord(path)})"`)
    if (code === 'EISDIR') throw refused(path, 'a folder')
    if (code === 'ENXIO') throw refused(path, 'a device or a socket')
    throw new MdsError('unreadable_file', {
      message: `Expected to read the token file ${path}: ${code || 'unknown trouble'}.`,
      suggestions: [`ls -l ${shellWord(path)}`],
      exitCode: EXIT.unreadable,
    })
  }
}

async function readPrivate(file: FileHandle, path: string): Promise<TokenFile> {
  const stat = await file.stat()
  if (!stat.isFile()) throw refused(path, stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a pipe' : 'a device')
  if (process.platform !== 'win32' && (stat.mode & OTHERS) !== 0)
    throw new MdsError('token_file_open_to_others', {
      message: `Expected the token file ${path} to be readable by its owner only, found mode ${(stat.mode & 0o777).toString(8)}.`,
      suggestions: [`chmod 600 ${shellWord(path)}`],
      exitCode: EXIT.feed,
    })
  if (stat.size > TOKEN_FILE_BYTES_MAX) throw bad(path, `at most ${TOKEN_FILE_BYTES_MAX} bytes`, `${stat.size} bytes`)
  const fields = parsed(await file.readFile('utf8'), path)
  const made_ms = madeMs(fields.get('created_at')) ?? Math.trunc(stat.mtimeMs)
  return { path, api_key: secret('api_key'), access_token: secret('access_token'), made_ms }

  function secret(key: string): string {
    const value = fields.get(key)
    const text = typeof value === 'string' ? value.trim() : ''
    if (text === '') throw bad(path, `the key "${key}" with a text`, value === undefined ? 'none' : 'something else')
    // Neither has any of these, and a header or a URL must not be cut by one.
    if (/[\s\p{Cc}]/u.test(text)) throw bad(path, `"${key}" without spaces and control characters`, 'some')
    return text
  }
}

function parsed(text: string, path: string): ReadonlyMap<string, unknown> {
  const value = jsonOf(text.replace(/^\ufeff/, ''))
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return new Map(Object.entries(value))
  throw bad(path, 'a JSON object', value === undefined ? 'text that is no JSON' : 'another JSON value')
}

/** What V8 says of broken JSON quotes it: that must not be told. */
function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}

/** `2025-10-05T09:00:00` as Python prints it, local time of the market, or with its zone. */
function madeMs(created_at: unknown): number | undefined {
  if (typeof created_at !== 'string') return undefined
  return parseIso(created_at) ?? parseIso(`${created_at}+05:30`)
}

function refused(path: string, what: string, ...suggestions: string[]): MdsError {
  return new MdsError('token_file_refused', {
    message: `Expected the token file ${path} to be a plain file, found ${what}.`,
    suggestions: suggestions.length > 0 ? suggestions : [`ls -ld ${shellWord(path)}`],
    exitCode: EXIT.feed,
  })
}

function bad(path: string, expected: string, found: string): MdsError {
  return new MdsError('bad_token_file', {
    message: `Expected the token file ${path} to hold ${expected}, found ${found}.`,
    suggestions: ['Log in to Kite again and let it write the file: {"api_key": "...", "access_token": "..."}'],
    exitCode: EXIT.feed,
  })
}
