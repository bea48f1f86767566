import { connect, type Socket } from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { usageError } from '../../../src/core/errors.js'
import { type LocalServer, type LocalServerSetup, openLocalServer } from '../../../src/io/local/local-server.js'
import { randomToken } from '../../../src/io/local/run-file.js'

const TOKEN = randomToken()
const SECRET = 'canary-of-a-stack'
const JSON_TYPE = 'content-type: application/json'
const BEARER = `authorization: Bearer ${TOKEN}`

async function open(
  more: Partial<LocalServerSetup> = {},
): Promise<LocalServer & { got: unknown[]; failures: unknown[]; made: () => number }> {
  const got: unknown[] = []
  const failures: unknown[] = []
  let made = 0
  const server = await openLocalServer({
    host: '127.0.0.1',
    port: 0,
    token: TOKEN,
    onFailure: (_, error) => failures.push(error),
    ...more,
    routes: [
      { method: 'GET', path: '/health', open: true, handle: () => ({ json: { health: 'running' } }) },
      {
        method: 'GET',
        path: '/text',
        open: true,
        handle: () => {
          made++
          return { text: 'x'.repeat(1_000), type: 'text/plain' }
        },
      },
      { method: 'GET', path: '/endless', open: true, handle: () => ({ text: 'x'.repeat(50_000_000), type: 'text/plain' }) },
      { method: 'GET', path: '/private', handle: () => ({ json: 'seen' }) },
      {
        method: 'POST',
        path: '/take',
        handle: (body) => {
          got.push(body)
          return { json: { ok: true }, status: 202 }
        },
      },
      {
        method: 'POST',
        path: '/mendable',
        handle: () => {
          throw usageError('bad_tokens', 'expected a list, found 7.', 'mds ctl status')
        },
      },
      {
        method: 'POST',
        path: '/bug',
        handle: async () => {
          throw new Error(SECRET)
        },
      },
    ],
  })
  onTestFinished(() => server.close())
  return { ...server, got, failures, made: () => made }
}

interface Answer {
  readonly status: number
  readonly head: string
  readonly body: string
}

/** Sends bytes as they are; resolves when the server has closed the connection. */
function raw(server: LocalServer, bytes: string | Buffer): Promise<string> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => socket.write(bytes))
    let text = ''
    socket.on('data', (chunk) => {
      text += chunk.toString('latin1')
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(text))
  })
}

async function ask(server: LocalServer, line: string, headers: readonly string[] = [], body = ''): Promise<Answer> {
  const own_host = headers.some((header) => /^host:/i.test(header)) ? [] : [`host: 127.0.0.1:${server.port}`]
  const length = body === '' ? [] : [`content-length: ${Buffer.byteLength(body)}`]
  const head = [`${line} HTTP/1.1`, ...own_host, ...headers, ...length, 'connection: close']
  return answerOf(await raw(server, `${head.join('\r\n')}\r\n\r\n${body}`))
}

function answerOf(text: string): Answer {
  const end = text.indexOf('\r\n\r\n')
  return { status: Number(text.slice(9, 12)), head: text.slice(0, end).toLowerCase(), body: text.slice(end + 4) }
}

const take = (server: LocalServer, body: string, headers: readonly string[] = [BEARER, JSON_TYPE]): Promise<Answer> =>
  ask(server, 'POST /take', headers, body)
const codeOf = ({ body }: Answer): unknown => JSON.parse(body).error.code

describe('who may come in', () => {
  test('the names of this machine, with the port', async () => {
    const server = await open({ allowed_hosts: ['ticks.lan', 'other.lan:8080'] })
    for (const host of ['127.0.0.1', 'localhost', 'LOCALHOST', '[::1]', 'ticks.lan'])
      expect((await ask(server, 'GET /health', [`host: ${host}:${server.port}`])).status, host).toBe(200)
    for (const host of ['ticks.lan', 'other.lan:8080'])
      expect((await ask(server, 'GET /health', [`host: ${host}`])).status, host).toBe(200)
    const strangers = [
      `evil.example:${server.port}`,
      `127.0.0.1.evil.example:${server.port}`,
      `127.0.0.1:${server.port}.evil.example`,
      `localhost:${server.port + 1}`,
      '127.0.0.1',
      'localhost',
      '',
      `127.0.0.2:${server.port}`,
      `0.0.0.0:${server.port}`,
    ]
    for (const host of strangers) {
      const answer = await ask(server, 'GET /health', [`host: ${host}`])
      expect(answer.status, host).toBe(403)
      expect(codeOf(answer)).toBe('host_refused')
    }
  })

  test('no Host, and two of them', async () => {
    const server = await open()
    const mine = `host: 127.0.0.1:${server.port}`
    expect(answerOf(await raw(server, 'GET /health HTTP/1.1\r\nconnection: close\r\n\r\n')).status).toBe(400)
    expect(answerOf(await raw(server, 'GET /health HTTP/1.0\r\n\r\n')).status).toBe(403)
    expect((await ask(server, 'GET /health', [mine, 'host: evil.example'])).status).toBe(403)
    expect((await ask(server, 'GET http://evil.example/health', [mine])).status).toBe(404)
  })

  test('no page of another origin, and no word that lets one read an answer', async () => {
    const server = await open({ allowed_origins: ['https://desk.example'] })
    const own = `http://127.0.0.1:${server.port}`
    for (const origin of ['https://desk.example', own])
      expect((await ask(server, 'GET /health', [`origin: ${origin}`])).status, origin).toBe(200)
    for (const origin of [
      'https://evil.example',
      'null',
      '',
      'https://desk.example.evil.example',
      own.replace('http', 'https'),
    ]) {
      const answer = await ask(server, 'GET /health', [`origin: ${origin}`])
      expect(answer.status, origin).toBe(403)
      expect(codeOf(answer)).toBe('origin_refused')
      expect((await take(server, '{}', [BEARER, JSON_TYPE, `origin: ${origin}`])).status).toBe(403)
    }
    const preflight = await ask(server, 'OPTIONS /take', [`origin: https://desk.example`, 'access-control-request-method: POST'])
    expect(preflight.status).toBe(405)
    const answers = [preflight, await ask(server, 'GET /health', [`origin: ${own}`])]
    for (const { head } of answers) expect(head).not.toContain('access-control-')
    expect(server.got).toEqual([])
  })

  test('upgrades pass the same gate', async () => {
    const upgraded: string[] = []
    const server = await open({
      onUpgrade: (request, socket) => {
        upgraded.push(request.url ?? '')
        socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n')
      },
    })
    const upgrade = ['connection: upgrade', 'upgrade: websocket']
    const mine = `host: 127.0.0.1:${server.port}`
    const ends = (headers: readonly string[]) =>
      raw(server, `GET /ticks?api_key=k HTTP/1.1\r\n${[...headers, ...upgrade].join('\r\n')}\r\n\r\n`).then(answerOf)
    expect((await ends([mine])).status).toBe(101)
    expect((await ends([`host: evil.example:${server.port}`])).status).toBe(403)
    expect((await ends([mine, 'origin: https://evil.example'])).status).toBe(403)
    expect((await ends([mine, 'origin: null'])).status).toBe(403)
    expect(upgraded).toEqual(['/ticks?api_key=k'])
  })
})

describe('who may change something', () => {
  test('only with the token, in the header', async () => {
    const server = await open()
    const wrong = [
      [],
      ['authorization: Bearer'],
      ['authorization: Bearer '],
      [`authorization: Bearer ${TOKEN.slice(0, -1)}`],
      [`authorization: Bearer ${TOKEN}x`],
      [`authorization: Bearer ${randomToken()}`],
      [`authorization: Basic ${TOKEN}`],
      [`authorization: ${TOKEN}`],
      [`cookie: token=${TOKEN}`],
    ]
    for (const headers of wrong) {
      const answer = await take(server, '{}', [...headers, JSON_TYPE])
      expect(answer.status, String(headers)).toBe(401)
      expect(answer.head).toContain('www-authenticate: bearer')
      expect(answer.body).not.toContain(TOKEN)
    }
    expect((await ask(server, `POST /take?token=${TOKEN}`, [JSON_TYPE], '{}')).status).toBe(401)
    expect((await ask(server, 'GET /private')).status).toBe(401)
    expect(server.got).toEqual([])
    expect((await ask(server, 'GET /private', [BEARER])).status).toBe(200)
    expect((await take(server, '{"tokens":[1]}')).status).toBe(202)
    expect(server.got).toEqual([{ tokens: [1] }])
  })

  test('only as JSON: what a form can send is refused', async () => {
    const server = await open()
    for (const type of ['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data', 'application/jsonp', ''])
      expect((await take(server, '{}', [BEARER, `content-type: ${type}`])).status, type).toBe(415)
    expect((await take(server, '{}', [BEARER])).status).toBe(415)
    expect(server.got).toEqual([])
    expect((await take(server, '{}', [BEARER, 'Content-Type: Application/JSON; charset=utf-8'])).status).toBe(202)
  })

  test('JSON that is broken, or means harm', async () => {
    const server = await open()
    for (const body of ['{', 'undefined', '{"a":1}}', '['.repeat(60_000)]) {
      const answer = await take(server, body)
      expect(answer.status, body.slice(0, 20)).toBe(400)
      expect(codeOf(answer)).toBe('not_json')
    }
    expect(server.got).toEqual([])
    expect((await take(server, '{"a":1,"__proto__":{"mode":"full"},"b":{"\\u005f_proto__":[]}}')).status).toBe(202)
    const [body] = server.got as [Record<string, unknown>]
    expect(Object.hasOwn(body, '__proto__')).toBe(false)
    expect(body).toEqual({ a: 1, b: {} })
    expect((await ask(server, 'POST /take', [BEARER, JSON_TYPE])).status).toBe(202)
    expect(server.got[1]).toEqual({})
  })

  test('beyond loopback: by a flag only, and then the token even to look', async () => {
    await expect(open({ host: '0.0.0.0' })).rejects.toMatchObject({ code: 'not_loopback', exitCode: 2 })
    await expect(open({ host: '::' })).rejects.toMatchObject({ code: 'not_loopback' })
    const server = await open({ host: '0.0.0.0', allow_remote: true })
    expect((await ask(server, 'GET /health')).status).toBe(401)
    expect((await ask(server, 'GET /nothing')).status).toBe(401)
    expect((await ask(server, 'GET /health', [BEARER])).status).toBe(200)
    expect((await ask(server, 'GET /health', [BEARER, `host: evil.example:${server.port}`])).status).toBe(403)
  })
})

describe('answers', () => {
  test('no such path, wrong method, HEAD', async () => {
    const server = await open()
    const missing = await ask(server, 'GET /nothing')
    expect(missing.status).toBe(404)
    expect(JSON.parse(missing.body).error.message).toContain('/health, /text')
    for (const [line, allow] of [
      ['POST /health', 'get'],
      ['GET /take', 'post'],
      ['DELETE /take', 'post'],
    ] as const) {
      const answer = await ask(server, line, [BEARER, JSON_TYPE])
      expect(answer.status, line).toBe(405)
      expect(answer.head).toContain(`allow: ${allow}`)
    }
    const head = await ask(server, 'HEAD /health')
    expect([head.status, head.body]).toEqual([200, ''])
    expect(head.head).toContain('cache-control: no-store')
  })

  test('an MdsError in its words, a bug without its stack, and the process goes on', async () => {
    const server = await open()
    const mendable = await ask(server, 'POST /mendable', [BEARER, JSON_TYPE], '{}')
    expect(mendable.status).toBe(400)
    expect(JSON.parse(mendable.body)).toEqual({
      error: { code: 'bad_tokens', message: 'expected a list, found 7.', try: ['mds ctl status'] },
    })
    const bug = await ask(server, 'POST /bug', [BEARER, JSON_TYPE], '{}')
    expect(bug.status).toBe(500)
    expect(bug.body).not.toContain(SECRET)
    expect(server.failures).toEqual([new Error(SECRET)])
    expect((await ask(server, 'GET /health')).status).toBe(200)
  })

  test('a port that is taken', async () => {
    const server = await open()
    await expect(open({ port: server.port })).rejects.toMatchObject({ code: 'port_taken', exitCode: 2 })
  })
})

describe('what a client can take', () => {
  test('64 KiB of body, told or not told ahead', async () => {
    const server = await open()
    const most = `"${'x'.repeat(64 * 1024 - 2)}"`
    expect((await take(server, most)).status).toBe(202)
    expect((await take(server, `${most} `)).status).toBe(413)
    const told = await ask(server, 'POST /take', [BEARER, JSON_TYPE, 'content-length: 99999999999'])
    expect(told.status).toBe(413)
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`
    const head = `POST /take HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n${BEARER}\r\n${JSON_TYPE}\r\ntransfer-encoding: chunked\r\n\r\n`
    expect(answerOf(await raw(server, head + chunk.repeat(64))).status).toBe(413)
    expect(server.got.length).toBe(1)
  })

  test('headers: so many, and what is no HTTP', async () => {
    const server = await open()
    expect((await ask(server, 'GET /health', [`x: ${'y'.repeat(20_000)}`])).status).toBe(431)
    expect(answerOf(await raw(server, '\x16\x03\x01 hello\r\n\r\n')).status).toBe(400)
    const smuggled = ['POST /take HTTP/1.1', `host: 127.0.0.1:${server.port}`, 'content-length: 3', 'transfer-encoding: chunked']
    expect(answerOf(await raw(server, `${smuggled.join('\r\n')}\r\n\r\n0\r\n\r\n`)).status).toBe(400)
    expect((await ask(server, 'GET /health')).status).toBe(200)
  })

  test('time: nothing said, half a header, half a body', async () => {
    const server = await open({ limits: { headers_ms: 60, request_ms: 120 } })
    const heads = ['', 'GET /health HTTP/1.1\r\nhost:', `POST /take HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n${BEARER}\r\n`]
    const body = `${heads[2]}${JSON_TYPE}\r\ncontent-length: 10\r\n\r\n{`
    for (const bytes of [...heads, body]) expect(await raw(server, bytes)).toMatch(/^HTTP\/1\.1 408 /)
    expect(server.got).toEqual([])
  })

  test('a client that never reads is cut off, and its place is free again', async () => {
    const server = await open({ limits: { idle_ms: 100, connections: 1 } })
    const socket = await connected(server)
    socket.pause()
    const closed = new Promise((resolve) => socket.on('close', resolve))
    socket.write(`GET /endless HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`)
    while ((await raw(server, health(server))) === '') await new Promise((resolve) => setImmediate(resolve))
    socket.resume()
    await closed
  })

  test('a client that asks on without waiting gets nothing made for it', async () => {
    const server = await open()
    const asked = await raw(server, `GET /text HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\n\r\n`.repeat(1_000))
    expect(asked.split('HTTP/1.1 200').length - 1).toBeLessThan(2)
    expect(server.made()).toBeLessThan(2)
    const socket = await connected(server)
    for (let n = 0; n < 3; n++)
      expect(await exchange(socket, health(server).replace('close', 'keep-alive'))).toMatch(/^HTTP\/1.1 200/)
    socket.destroy()
  })

  test('thousands of connections: the first ones are served, the others cut off', async () => {
    const server = await open({ limits: { connections: 8, headers_ms: 60_000, request_ms: 60_000 } })
    const held = await Promise.all(Array.from({ length: 8 }, () => connected(server)))
    const ends = await Promise.all(Array.from({ length: 1_000 }, () => raw(server, health(server))))
    expect(ends.filter((text) => text !== '')).toEqual([])
    for (const socket of held) expect((await exchange(socket, health(server))).slice(9, 12)).toBe('200')
    while ((await raw(server, health(server))) === '') await new Promise((resolve) => setImmediate(resolve))
  })
})

test('close: whoever is connected is cut off, and the port is free', async () => {
  const server = await open({ onUpgrade: (_, socket) => socket.write('HTTP/1.1 101 Switching Protocols\r\n\r\n') })
  const idle = await connected(server)
  const upgraded = await connected(server)
  await exchange(
    upgraded,
    `GET / HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n`,
  )
  const gone = Promise.all([idle, upgraded].map((socket) => new Promise((resolve) => socket.on('close', resolve))))
  await server.close()
  await gone
  const next = await open({ port: server.port })
  expect((await ask(next, 'GET /health')).status).toBe(200)
})

const health = (server: LocalServer): string =>
  `GET /health HTTP/1.1\r\nhost: 127.0.0.1:${server.port}\r\nconnection: close\r\n\r\n`

function connected(server: LocalServer): Promise<Socket> {
  return new Promise((resolve) => {
    const socket = connect(server.port, '127.0.0.1', () => resolve(socket))
    socket.on('error', () => {})
  })
}

/** Sends bytes on a connection that stays; resolves with the first bytes that come back. */
function exchange(socket: Socket, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    socket.once('data', (chunk) => resolve(chunk.toString('latin1')))
    socket.write(bytes)
  })
}
