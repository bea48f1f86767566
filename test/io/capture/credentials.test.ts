import { execFileSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { inspect } from 'node:util'
import { afterAll, beforeEach, describe, expect, test } from 'vitest'
import type { MdsError } from '../../../src/core/errors.js'
import { parseIso } from '../../../src/core/time/index.js'
import { CredentialsWatch } from '../../../src/io/capture/credentials-watch.js'
import { loadCredentials } from '../../../src/io/capture/load-credentials.js'
import { expiredText } from '../../../src/io/capture/token-age.js'
import { Credentials, CredentialsInUse } from '../../../src/io/feed/credentials.js'

const KEY = 'canaryKey0123456'
const TOKEN = 'canary/Token+0123 456='.replace(' ', '_')
const root = mkdtempSync(join(tmpdir(), 'mds-token-'))
afterAll(() => rmSync(root, { recursive: true, force: true }))
let number = 0
let path = ''
beforeEach(() => {
  const folder = join(root, String(number++))
  mkdirSync(folder)
  path = join(folder, 'token.json')
})

const write = (content: unknown, mode = 0o600, to = path): void => {
  writeFileSync(to, typeof content === 'string' ? content : JSON.stringify(content), { mode })
  chmodSync(to, mode)
}
const load = (env: Record<string, string> = {}, loopback = false, token_file: string | undefined = path) =>
  loadCredentials({ token_file, env, loopback })
const failure = (promise: Promise<unknown>): Promise<MdsError> =>
  promise.then(
    () => {
      throw new Error('it was taken')
    },
    (error: MdsError) => {
      for (const secret of [KEY, TOKEN, 'canary'])
        expect(`${error.stack} ${inspect(error)} ${error.suggestions}`).not.toContain(secret)
      return error
    },
  )
const sound = {
  api_key: KEY,
  access_token: TOKEN,
  api_secret: 'canary',
  user_id: 'AB1234',
  created_at: '2025-10-05T09:00:00.123456',
}

describe('a token file', () => {
  test('of the notes is read; created_at without a zone is IST', async () => {
    write(sound)
    const { credentials, origin, made_ms } = await load()
    expect(new URL(credentials.socketUrl('wss://ws.kite.trade')).searchParams.get('api_key')).toBe(KEY)
    expect(new URL(credentials.socketUrl('wss://ws.kite.trade')).searchParams.get('access_token')).toBe(TOKEN)
    expect(origin).toBe(path)
    expect(made_ms).toBe(parseIso('2025-10-05T09:00:00.123+05:30'))
  })

  test('without created_at is as old as its last change', async () => {
    write({ api_key: KEY, access_token: TOKEN, created_at: 'yesterday' })
    utimesSync(path, 1_759_635_900, 1_759_635_900)
    expect((await load()).made_ms).toBe(1_759_635_900_000)
  })

  test.each([0o604, 0o640, 0o620, 0o601, 0o666])('of mode %o is refused, with the command that mends it', async (mode) => {
    write(sound, mode)
    const error = await failure(load())
    expect(error).toMatchObject({ code: 'token_file_open_to_others', exitCode: 5, suggestions: [`chmod 600 ${path}`] })
    execFileSync('sh', ['-c', error.suggestions[0] as string])
    await expect(load()).resolves.toBeDefined()
  })

  test('that is a link, a folder, a pipe or a device is refused at once', async () => {
    write(sound, 0o600, `${path}.real`)
    symlinkSync(`${path}.real`, path)
    const link = await failure(load())
    expect(link).toMatchObject({ code: 'token_file_refused', exitCode: 5 })
    expect(link.message).toContain('a symbolic link')
    expect((await failure(load({}, false, root))).message).toContain('a folder')
    const pipe = `${path}.pipe`
    execFileSync('mkfifo', ['-m', '600', pipe])
    expect((await failure(load({}, false, pipe))).message).toContain('a pipe')
    expect((await failure(load({}, false, '/dev/zero'))).message).toContain('a device')
  })

  test.each([
    ['{"api_key": "canaryKey0123456", "access_tok', 'a JSON object'],
    ['', 'a JSON object'],
    [[KEY], 'a JSON object'],
    [{ api_key: KEY }, 'the key "access_token"'],
    [{ api_key: 5, access_token: TOKEN }, 'the key "api_key"'],
    [{ api_key: KEY, access_token: '  ' }, 'the key "access_token"'],
    [{ api_key: KEY, access_token: `${TOKEN}\r\nHost: x` }, 'without spaces and control characters'],
    [`"${'x'.repeat(70_000)}"`, 'at most 65536 bytes'],
  ])('with %j is refused without a word of it', async (content, words) => {
    write(content)
    const error = await failure(load())
    expect(error).toMatchObject({ code: 'bad_token_file', exitCode: 5 })
    expect(error.message).toContain(words)
  })

  test('that was named must be there', async () => {
    expect(await failure(load())).toMatchObject({ code: 'no_such_file', exitCode: 3 })
    expect(await failure(load({ KITE_API_KEY: KEY, KITE_ACCESS_TOKEN: TOKEN }))).toMatchObject({ code: 'no_such_file' })
  })
})

describe('without a token file', () => {
  const fromEnvironment = (env: Record<string, string>, loopback = false) =>
    loadCredentials({ token_file: undefined, env, loopback })

  test.each([
    [{ KITE_API_KEY: KEY, KITE_ACCESS_TOKEN: TOKEN }, '$KITE_API_KEY and $KITE_ACCESS_TOKEN'],
    [{ ZERODHA_API_KEY: KEY, ZERODHA_ACCESS_TOKEN: TOKEN }, '$ZERODHA_API_KEY and $ZERODHA_ACCESS_TOKEN'],
    [{ ZERODHA_API_KEY: KEY, KITE_API_KEY: '', KITE_ACCESS_TOKEN: `${TOKEN}\n` }, '$ZERODHA_API_KEY and $KITE_ACCESS_TOKEN'],
  ])('the environment is asked', async (env, origin) => {
    const loaded = await fromEnvironment(env)
    expect(loaded).toMatchObject({ origin, made_ms: undefined })
    expect(loaded.credentials.equals(new Credentials({ api_key: KEY, access_token: TOKEN }))).toBe(true)
  })

  test('half of it is told as such, to a server of ours too', async () => {
    const half = await failure(fromEnvironment({ KITE_API_KEY: KEY }))
    expect(half).toMatchObject({ code: 'no_credentials', exitCode: 5 })
    expect(half.message).toContain('$KITE_API_KEY is set, $KITE_ACCESS_TOKEN is not')
    expect((await failure(fromEnvironment({ ZERODHA_ACCESS_TOKEN: TOKEN }, true))).message).toContain(
      '$ZERODHA_ACCESS_TOKEN is set',
    )
  })

  test('only a server on this machine gets stand-ins', async () => {
    expect(await failure(fromEnvironment({}))).toMatchObject({ code: 'no_credentials' })
    const { credentials, origin } = await fromEnvironment({}, true)
    expect(origin).toBe('stand-ins')
    expect(credentials.socketUrl('ws://localhost:8765')).toBe('ws://localhost:8765/?api_key=mds&access_token=mds')
    expect(new CredentialsInUse(credentials).scrub('mds serves mds')).toBe('mds serves mds')
  })
})

describe('the watch', () => {
  const used = new Credentials({ api_key: KEY, access_token: 'yesterday0123' })
  function watched() {
    const told: string[] = []
    const watch = new CredentialsWatch(path, used, {
      onChange: ({ credentials }) =>
        void told.push(new URL(credentials.socketUrl('ws://x')).searchParams.get('access_token') ?? ''),
      onTrouble: ({ code }) => void told.push(code),
    })
    const look = async (): Promise<string[]> => {
      await watch.look()
      return told.splice(0)
    }
    return { look, watch }
  }
  const withToken = (access_token: string) => ({ api_key: KEY, access_token })

  test('takes up what is written, once', async () => {
    const { look } = watched()
    expect(await look()).toEqual([])
    write(withToken('yesterday0123'))
    expect(await look()).toEqual([])
    write(withToken('today01234567'))
    expect(await look()).toEqual(['today01234567'])
    expect(await look()).toEqual([])
    write(withToken('later01234567'), 0o600, `${path}.new`)
    renameSync(`${path}.new`, path)
    expect(await look()).toEqual(['later01234567'])
  })

  test('a file of the same size and time is another one when it was renamed into place', async () => {
    const { look } = watched()
    write(withToken('today01234567'))
    utimesSync(path, 1_759_635_900, 1_759_635_900)
    expect(await look()).toEqual(['today01234567'])
    write(withToken('later01234567'), 0o600, `${path}.new`)
    utimesSync(`${path}.new`, 1_759_635_900, 1_759_635_900)
    renameSync(`${path}.new`, path)
    expect(await look()).toEqual(['later01234567'])
  })

  test('waits for a file that is half written, at every length of it', async () => {
    const whole = JSON.stringify(withToken('today01234567'))
    const { look } = watched()
    for (let length = 0; length < whole.length; length++) {
      write(whole.slice(0, length))
      expect((await look()).filter((word) => word !== 'bad_token_file')).toEqual([])
    }
    write(whole)
    expect(await look()).toEqual(['today01234567'])
  })

  test('tells trouble that lasts, once, and is over it when it is mended', async () => {
    const { look } = watched()
    write(withToken('today01234567'), 0o644)
    expect(await look()).toEqual([])
    expect(await look()).toEqual(['token_file_open_to_others'])
    expect(await look()).toEqual([])
    chmodSync(path, 0o600)
    expect(await look()).toEqual(['today01234567'])
    rmSync(path)
    expect(await look()).toEqual([])
    write('{')
    expect([await look(), await look(), await look()]).toEqual([[], ['bad_token_file'], []])
  })

  test('looks by itself until it is stopped', async () => {
    write(withToken('today01234567'))
    await new Promise<void>((resolve) => {
      const stop = new CredentialsWatch(path, used, {
        onChange: () => {
          stop()
          resolve()
        },
        onTrouble: () => {},
      }).start(1)
    })
  })
})

describe('a token made before the flush of the morning', () => {
  const at = (text: string): number => parseIso(`${text}+05:30`) as number
  test.each([
    ['2025-10-06T08:00:00', '2025-10-06T09:00:00', false],
    ['2025-10-06T07:00:00', '2025-10-06T09:00:00', true],
    ['2025-10-05T20:00:00', '2025-10-06T09:00:00', true],
    ['2025-10-05T20:00:00', '2025-10-06T07:00:00', false],
    ['2025-10-05T07:00:00', '2025-10-06T07:00:00', true],
  ])('made %s, now %s: expired is %s', (made, now, expired) => {
    expect(expiredText(at(made), at(now)) !== undefined).toBe(expired)
  })

  test('nothing is said of one whose age is not known', () => {
    expect(expiredText(undefined, 0)).toBeUndefined()
  })
})
