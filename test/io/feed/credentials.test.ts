import { format, inspect } from 'node:util'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Credentials, CredentialsInUse } from '../../../src/io/feed/credentials.js'

const KEY = 'canaryKey0123456'
const TOKEN = 'canary/Token+0123_456="\\'
const credentials = new Credentials({ api_key: KEY, access_token: TOKEN })

test('credentials show nothing, however they are printed', () => {
  const holder = { credentials, list: [credentials], in_use: new CredentialsInUse(credentials) }
  const prints = [
    String(credentials),
    `${credentials}`,
    JSON.stringify(holder),
    inspect(holder, { depth: 9, showHidden: true }),
    format('%s %o %O %j', credentials, credentials, credentials, credentials),
    JSON.stringify(Object.entries(credentials)),
    JSON.stringify(structuredClone({ ...credentials })),
  ]
  for (const print of prints) for (const secret of [KEY, TOKEN]) expect(print).not.toContain(secret)
})

test('the login goes into the query, whatever it holds', () => {
  const { searchParams } = new URL(credentials.socketUrl('wss://feed.example/path'))
  expect(Object.fromEntries(searchParams)).toEqual({ api_key: KEY, access_token: TOKEN })
})

describe('secrets are taken out of texts of others', () => {
  test('in every form that a URL or JSON gives them', () => {
    const in_use = new CredentialsInUse(credentials)
    const url = credentials.socketUrl('wss://ws.kite.trade')
    const clean = in_use.scrub(`GET ${url} ${KEY} ${TOKEN} ${encodeURIComponent(TOKEN)} ${JSON.stringify({ TOKEN })}`)
    expect(clean).not.toContain('canary')
    expect(clean).toBe(
      'GET wss://ws.kite.trade/?api_key=[hidden]&access_token=[hidden] [hidden] [hidden] [hidden] {"TOKEN":"[hidden]"}',
    )
  })

  test('in JSON within JSON, in URLs within URLs, in other ways of escaping, in other letters', () => {
    const in_use = new CredentialsInUse(credentials)
    let [json, url] = [TOKEN, TOKEN]
    for (let depth = 0; depth < 4; depth++) {
      json = JSON.stringify({ json })
      url = encodeURIComponent(url)
      expect(in_use.scrub(json)).not.toContain('canary')
      expect(in_use.scrub(url)).not.toContain('canary')
    }
    const others = [
      TOKEN.replaceAll('/', '\\/'),
      TOKEN.replaceAll('/', '\\u002F'),
      encodeURIComponent(TOKEN).replaceAll('%2F', '%2f'),
      TOKEN.toUpperCase(),
    ]
    expect(others.map((other) => in_use.scrub(`<${other}>`))).toEqual(others.map(() => '<[hidden]>'))
  })

  test('those of before too, and none leaves a part of another behind', () => {
    const in_use = new CredentialsInUse(new Credentials({ api_key: 'abcd', access_token: 'yesterday' }))
    in_use.change(new Credentials({ api_key: 'abcd', access_token: 'abcdef/1+2' }))
    expect(in_use.scrub('abcdef/1+2 abcdef%2F1%2B2 abcd yesterday abc')).toBe('[hidden] [hidden] [hidden] [hidden] abc')
  })

  test('of any characters', () => {
    const secrets = fc
      .string({ minLength: 8, maxLength: 40, unit: 'grapheme-ascii' })
      .filter((text) => text.trim() === text && !'[hidden]'.includes(text))
    fc.assert(
      fc.property(secrets, secrets, fc.string(), (secret, next, around) => {
        const in_use = new CredentialsInUse(new Credentials({ api_key: secret, access_token: `${secret}x` }))
        const url = in_use.current.socketUrl('ws://localhost:1')
        in_use.change(new Credentials({ api_key: secret, access_token: next }))
        const clean = in_use.scrub(`${around}${secret} ${url} ${encodeURIComponent(secret)} ${next}${around}`)
        expect(clean.includes(secret) && !around.includes(secret)).toBe(false)
        expect(clean).not.toContain(new URL(url).search.slice('?api_key='.length).split('&')[0])
      }),
    )
  })
})
