import { EXIT, MdsError } from '../../core/errors.js'
import { Credentials } from '../feed/credentials.js'
import { readTokenFile, type TokenFile } from './token-file.js'

/** Where the crawlers keep it. */
export const DEFAULT_TOKEN_FILE = 'config/api_configs/zerodha_token.json'

const KEY_VARIABLES = ['KITE_API_KEY', 'ZERODHA_API_KEY'] as const
const TOKEN_VARIABLES = ['KITE_ACCESS_TOKEN', 'ZERODHA_ACCESS_TOKEN'] as const

export interface CredentialSources {
  /** As named by the user; undefined: the default file, if there is one. */
  readonly token_file: string | undefined
  readonly env: Readonly<Record<string, string | undefined>>
  /** The feed is a server on this machine: without credentials stand-ins are used. */
  readonly loopback: boolean
}

export interface LoadedCredentials {
  readonly credentials: Credentials
  /** For people: `config/api_configs/zerodha_token.json`, `$KITE_API_KEY and $KITE_ACCESS_TOKEN`, `stand-ins`. */
  readonly origin: string
  /** The token file they came from, which may get others. */
  readonly path: string | undefined
  /** When the token was made, as far as the file says; undefined for those of the environment. */
  readonly made_ms: number | undefined
}

/** The token file if there is one, else the environment, else stand-ins for a server on this machine. No message holds a secret. */
export async function loadCredentials({ token_file, env, loopback }: CredentialSources): Promise<LoadedCredentials> {
  const file = await readTokenFile(token_file ?? DEFAULT_TOKEN_FILE)
  if (file !== undefined) return ofFile(file)
  if (token_file !== undefined)
    throw new MdsError('no_such_file', {
      message: `Expected the token file ${token_file}: there is no such file.`,
      suggestions: [`--token-file ${DEFAULT_TOKEN_FILE}`],
      exitCode: EXIT.unreadable,
    })
  const key = KEY_VARIABLES.find((name) => isSet(env[name]))
  const token = TOKEN_VARIABLES.find((name) => isSet(env[name]))
  if (key !== undefined && token !== undefined)
    return {
      credentials: new Credentials({ api_key: env[key]?.trim() ?? '', access_token: env[token]?.trim() ?? '' }),
      origin: `$${key} and $${token}`,
      path: undefined,
      made_ms: undefined,
    }
  if (loopback && key === undefined && token === undefined)
    return { credentials: Credentials.standIns(), origin: 'stand-ins', path: undefined, made_ms: undefined }
  throw noCredentials(key, token)
}

/** Of a file that has been read. */
export const ofFile = ({ path, api_key, access_token, made_ms }: TokenFile): LoadedCredentials => ({
  credentials: new Credentials({ api_key, access_token }),
  origin: path,
  path,
  made_ms,
})

const isSet = (value: string | undefined): boolean => value !== undefined && value.trim() !== ''

function noCredentials(key: string | undefined, token: string | undefined): MdsError {
  const half = key ?? token
  return new MdsError('no_credentials', {
    message:
      half === undefined
        ? `No credentials: expected the token file ${DEFAULT_TOKEN_FILE} or $${KEY_VARIABLES[0]} and $${TOKEN_VARIABLES[0]}.`
        : `Half of the credentials: $${half} is set, $${key === undefined ? KEY_VARIABLES[0] : TOKEN_VARIABLES[0]} is not, and there is no token file ${DEFAULT_TOKEN_FILE}.`,
    suggestions: [
      `(umask 077; mkdir -p config/api_configs; cat > ${DEFAULT_TOKEN_FILE})  # then paste {"api_key": "...", "access_token": "..."} and press Ctrl-D`,
    ],
    exitCode: EXIT.feed,
  })
}
