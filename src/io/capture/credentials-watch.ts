import { stat } from 'node:fs/promises'
import { MdsError } from '../../core/errors.js'
import type { Credentials } from '../feed/credentials.js'
import { type LoadedCredentials, ofFile } from './load-credentials.js'
import { readTokenFile } from './token-file.js'

export interface CredentialsListener {
  /** The file has other credentials than those in use. */
  onChange(loaded: LoadedCredentials): void
  /** The file changed and can't be used; told once for each reason that lasts, tried again at each look. */
  onTrouble(error: MdsError): void
}

/** Looks after the file that the credentials came from, if they did; gives back how to stop. */
export function watchTokenFile({ credentials, path }: LoadedCredentials, listener: CredentialsListener): () => void {
  return path === undefined ? () => {} : new CredentialsWatch(path, credentials, listener).start()
}

/** Between two looks at the file. */
const LOOK_MS = 3000

/**
 * Looks after a token file, so that the token of a new login is taken up in the middle of the day. A file that is not there, or only half
 * written, is looked at again; the credentials in use stay until there are whole ones.
 */
export class CredentialsWatch {
  readonly #path: string
  readonly #listener: CredentialsListener
  #used: Credentials
  /** What the file looked like when it was last read whole. */
  #seen = ''
  /** Trouble of the last look: told when the next one has it too, for a file is often met half written. */
  #trouble = ''
  #told = ''
  #looking = false

  constructor(path: string, used: Credentials, listener: CredentialsListener) {
    this.#path = path
    this.#used = used
    this.#listener = listener
  }

  /** Looks every few seconds; gives back how to stop. Does not keep the process alive. */
  start(look_ms: number = LOOK_MS): () => void {
    const timer = setInterval(() => void this.look(), look_ms)
    timer.unref()
    return () => clearInterval(timer)
  }

  /** One look. Never rejects, and never runs twice at once. */
  async look(): Promise<void> {
    if (this.#looking) return
    this.#looking = true
    try {
      await this.#look()
    } catch (error) {
      this.#tell(error instanceof MdsError ? error : undefined)
    } finally {
      this.#looking = false
    }
  }

  async #look(): Promise<void> {
    const face = await faceOf(this.#path)
    if (face === undefined || face === this.#seen) return
    const file = await readTokenFile(this.#path)
    if (file === undefined) return
    const loaded = ofFile(file)
    this.#seen = face
    this.#trouble = ''
    this.#told = ''
    if (loaded.credentials.equals(this.#used)) return
    this.#used = loaded.credentials
    this.#listener.onChange(loaded)
  }

  #tell(error: MdsError | undefined): void {
    const code = error?.code ?? ''
    const is_new = code !== this.#trouble
    this.#trouble = code
    if (is_new || error === undefined || code === this.#told) return
    this.#told = code
    this.#listener.onTrouble(error)
  }
}

/** Whatever writes a file changes one of these, a rename onto it too. Permissions are among them: `chmod 600` mends a refused file. */
async function faceOf(path: string): Promise<string | undefined> {
  const face = await stat(path, { bigint: true }).catch(() => undefined)
  return face === undefined ? undefined : [face.ino, face.dev, face.size, face.mtimeNs, face.mode].join(' ')
}
