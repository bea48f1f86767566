import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, afterEach, describe, expect, test, vi } from 'vitest'
import type { MdsError } from '../../../src/core/errors.js'
import { formatHours } from '../../../src/core/profile/index.js'
import { type IstDay, parseDate } from '../../../src/core/time/index.js'
import { loadProfile, profileOfTokens } from '../../../src/io/capture/profile-file.js'
import { instrumentsOfProfile } from '../../../src/io/capture/profile-instruments.js'
import { WholeMaster } from '../../support/whole-master.js'

const folder = mkdtempSync(join(tmpdir(), 'mds-profile-'))
afterAll(() => rmSync(folder, { recursive: true, force: true }))
afterEach(() => {
  vi.restoreAllMocks()
})

const SOUND = { name: 'mine', instruments: [408065] }
const file = join(folder, 'mine.json')

function load(content: unknown) {
  writeFileSync(file, typeof content === 'string' ? content : JSON.stringify(content))
  return loadProfile(file)
}
const complaint = (content: unknown): Promise<MdsError> =>
  load(content).then(
    () => {
      throw new Error('it was taken')
    },
    (error: MdsError) => error,
  )

describe('a profile file', () => {
  test('has defaults for all but its name and instruments', async () => {
    expect(await load(SOUND)).toEqual({ ...profileOfTokens([408065], 'full'), name: 'mine', description: '', path: file })
  })

  test('as in the crawler notes', async () => {
    const { inline } = await load({
      name: 'mine',
      mode: 'quote',
      instruments: {
        INFY: { token: 408065, asset_class: 'equity_cash', exchange_token: 1594 },
        ADANIENT25OCTFUT: { token: '13356546', underlying: 'ADANIENT', expiry: '2025-10-28', mode: 'full' },
      },
    })
    expect(inline).toMatchObject([
      { token: 408065, mode: undefined, instrument: { symbol: 'INFY', exchange: 'NSE' } },
      {
        token: 13356546,
        mode: 'full',
        instrument: { symbol: 'ADANIENT25OCTFUT', instrument_type: 'FUT', underlying: 'ADANIENT' },
      },
    ])
  })

  test('as in the documentation', async () => {
    const [, example = ''] = /```json\n([\s\S]*?)```/.exec(readFileSync('docs/profiles.md', 'utf8')) ?? []
    const { select, inline, hours } = await load(example)
    expect([select.length, inline.length, formatHours(hours)]).toEqual([2, 1, '09:05-15:45'])
  })

  test('names of a list stand where @ names it', async () => {
    const lists = { some: { names: ['ABC', 'XYZ'], as_of: '2025-10-05', source: 'nobody', verified: false } }
    const { select, unverified_lists } = await load({
      name: 'mine',
      lists,
      select: [{ exchange: 'NFO', underlyings: ['@some', 'QQQ'], except: ['@some'], expiry: 'next' }],
    })
    expect(select[0]).toMatchObject({
      underlyings: ['ABC', 'XYZ', 'QQQ'],
      except: ['ABC', 'XYZ'],
      expiry: { kind: 'nearest', from: 1, to: 2 },
    })
    expect(unverified_lists).toEqual(['some (2025-10-05)'])
  })

  test.each([
    [{ nmae: 1 }, 'at the top: expected no key "nmae" here (similar: name; known: $schema, name,'],
    [{ mode: 'ful' }, 'at mode: expected one of ltp, quote, full (similar: full), found "ful".'],
    [{ connections: 4 }, 'at connections: expected a whole number from 1 to 3, found 4.'],
    [
      { name: '../x' },
      'at name: expected a name of at most 64 of a-z, 0-9, _ and -, that begins with a letter or digit, found "../x".',
    ],
    [{ instruments: [1, { token: 'x' }] }, 'at instruments[1].token: expected a token from 1 to 4294967295, found "x".'],
    [{ instruments: { A: { tokn: 1 } } }, 'at instruments.A.token: expected a token from 1 to 4294967295, found nothing.'],
    [{ instruments: { A: { token: 1, expiry: 'soon' } } }, 'at instruments.A: expected an expiry as YYYY-MM-DD, found "soon".'],
    [
      { instruments: 3 },
      'at instruments: expected an object of {"token": ...} objects as in a crawler config, or a list of tokens, found 3.',
    ],
    [{ instruments: [0] }, 'at instruments[0]: expected a token from 1 to 4294967295, found 0.'],
    [{ instruments: undefined }, 'at the top: expected "instruments" or "select", or both, found {"name":"mine"}.'],
    [
      { select: [{ exchange: 'NF' }] },
      'at select[0].exchange: expected one of NSE, NFO, CDS, BSE, BFO, BCD, MCX, MCXSX, NCO (similar: NFO), found "NF".',
    ],
    [
      { select: [{ exchange: 'NFO', underlying: ['X'] }] },
      'at select[0]: expected no key "underlying" here (similar: underlyings;',
    ],
    [
      { select: [{ exchange: 'NFO', underlyings: ['@all'] }] },
      'at select[0].underlyings: expected a list that "lists" has, found "@all".',
    ],
    [
      { select: [{ exchange: 'NFO', expiry: 'nearest' }] },
      'at select[0].expiry: expected near, next, far, all, a whole number from 1 to 24, or a date as YYYY-MM-DD, found "nearest".',
    ],
    [{ select: [{ exchange: 'NFO', expiry: '2025-02-30' }] }, 'at select[0].expiry: expected near'],
    [
      { select: [{ exchange: 'NFO', atm_strikes: 3 }] },
      'at select[0].atm_strikes: expected "atm_strikes" only beside "instrument_types" with CE or PE, found 3.',
    ],
    [{ select: [{ exchange: 'NFO', symbols: [] }] }, 'at select[0].symbols: expected a list that is not empty, found [].'],
    [
      { layout: 'roles', connections: 1 },
      'at connections: expected none but with layout split: roles has 3, redundant 2, found 1.',
    ],
    [
      { hours: '15:00-09:00' },
      'at hours: expected hours like 09:05-15:35 with the end after the start, or always, found "15:00-09:00".',
    ],
    [
      { fsync: 'never' },
      'at fsync: expected always, close, off, or a whole number of milliseconds from 1 to 60000, found "never".',
    ],
    [{ fsync: 0 }, 'at fsync: expected always'],
    [{ rotation: 'daily' }, 'at rotation: expected hourly: nothing else is written, found "daily".'],
    [{ check_calendar: 'yes' }, 'at check_calendar: expected true or false, found "yes".'],
    [{ redis: { stream: 'x' } }, 'at redis: expected no key "stream" here'],
    [{ jsonl: true }, 'at jsonl: expected an object, found true.'],
    [{ mode: 'x', hours: 3 }, "The same file has 1 more that can't be."],
  ] satisfies [Record<string, unknown>, string][])('with %j is refused', async (change, words) => {
    const error = await complaint({ ...SOUND, ...change })
    expect(error.message).toContain(words)
    expect(error.message.startsWith(`${file}, at `)).toBe(true)
    expect(error).toMatchObject({ code: 'bad_profile', exitCode: 2 })
  })

  test('that is no JSON is told with its line, and not quoted', async () => {
    const { message } = await complaint('{\n "name": "mine",\n "access_token": "s3cretS3cret",\n}')
    expect(message).toMatch(/^.*: expected JSON, found text that is none/)
    expect(message).not.toContain('s3cret')
  })

  test('that is the token file is refused without a word of it', async () => {
    for (const content of [
      { api_key: 's3cretKey', access_token: 's3cretToken' },
      { ...SOUND, access_token: 's3cretToken' },
      { ...SOUND, redis: { url: 'http://user:s3cretPassword@localhost' } },
    ])
      expect(JSON.stringify(await complaint(content))).not.toContain('s3cret')
  })
})

describe('a profile by its name', () => {
  test('is that of the working folder before that of the package', async () => {
    mkdirSync(join(folder, 'config', 'profiles'), { recursive: true })
    writeFileSync(join(folder, 'config', 'profiles', 'nifty50.json'), JSON.stringify({ ...SOUND, name: 'nifty50' }))
    expect((await loadProfile('nifty50')).select).toHaveLength(3)
    vi.spyOn(process, 'cwd').mockReturnValue(folder)
    expect((await loadProfile('sso_xvenue')).select).toHaveLength(5)
  })

  test('that nobody has: those that are like it', async () => {
    await expect(loadProfile('nifty5')).rejects.toMatchObject({
      code: 'no_such_profile',
      exitCode: 3,
      suggestions: ['--profile nifty50'],
    })
    await expect(loadProfile('no/such.json')).rejects.toMatchObject({ code: 'no_such_file' })
  })
})

describe('the profiles that ship', () => {
  const namesOf = (profile: string, lists: readonly string[]): string[] => {
    const content = JSON.parse(readFileSync(`config/profiles/${profile}.json`, 'utf8'))
    return lists.flatMap((list) => content.lists[list].names as string[])
  }
  const first = (names: readonly string[]): string[] => names.map((name) => name.split('|')[0] as string)
  const expiries = ['2025-10-28', '2025-11-25', '2025-12-30'].map((text) => parseDate(text) as IstDay)
  const master = join(folder, 'instruments.csv')
  const day = parseDate('2025-10-06') as IstDay

  test.each([
    ['sso_xvenue', 320, { NFO: 260, BFO: 30, BSE: 30 }],
    ['nifty50', 52, { NSE: 51, NFO: 1 }],
  ])('%s: %i instruments of a whole market, none of its names missing', async (name, count, by_exchange) => {
    const stocks = first(namesOf('sso_xvenue', ['nifty_50', 'next_10', 'next_20']))
    const bse = first(namesOf('sso_xvenue', ['sensex_25', 'funds']))
    // Many more stocks than any list has: what is not asked for must stay out.
    const others = Array.from({ length: 60 }, (_, n) => `OTHER${n}`)
    writeFileSync(
      master,
      new WholeMaster({ stocks: [...others, ...stocks], bse: [...bse, ...others], expiries, last_price: 1003 }).csv,
    )
    const profile = await loadProfile(name)
    const { selected } = await instrumentsOfProfile(profile, { day, data_dir: folder, named: [master] })
    expect(selected.notices).toEqual([])
    expect(selected.modes.size).toBe(count)
    const counts: Record<string, number> = {}
    for (const { exchange } of selected.instruments) counts[exchange] = (counts[exchange] ?? 0) + 1
    expect(counts).toEqual(by_exchange)
    expect([...new Set(selected.modes.values())]).toEqual(['full'])
    expect(formatHours(profile.hours)).toBe('09:05-15:45')
  })

  test('both have the same NIFTY 50: 50 names, none twice', () => {
    const names = namesOf('nifty50', ['nifty_50'])
    expect(new Set(names).size).toBe(50)
    expect(namesOf('sso_xvenue', ['nifty_50'])).toEqual(names)
  })
})

describe('instruments of a profile', () => {
  test('a master that was made on another day is told, when the profile selects from it', async () => {
    const path = join(folder, 'old.csv')
    writeFileSync(path, 'instrument_token,tradingsymbol,exchange\n408065,INFY,NSE\n')
    const sources = { day: parseDate('2100-01-01') as IstDay, data_dir: folder, named: [path] }
    const bare = await instrumentsOfProfile(profileOfTokens([408065], 'ltp'), sources)
    expect(bare.selected).toMatchObject({ instruments: [{ symbol: 'INFY' }], notices: [] })
    const selecting = await load({ name: 'mine', select: [{ exchange: 'NSE' }] })
    const { selected } = await instrumentsOfProfile(selecting, sources)
    expect(selected.notices).toEqual([
      expect.stringMatching(/old\.csv is of \d{4}-\d\d-\d\d: what was listed since then is missing\.$/),
    ])
  })

  test('last closes as mds prints its candles decide the money', async () => {
    const path = join(folder, 'chain.csv')
    writeFileSync(path, new WholeMaster({ stocks: ['ABC'], bse: [], expiries: [parseDate('2025-10-28') as IstDay] }).csv)
    const prices = join(folder, 'prices.csv')
    writeFileSync(
      prices,
      'symbol,exchange,timestamp,open,high,low,close,volume\nABC,NSE,2025-10-01,1,1,1,910,5\nABC,NSE,2025-10-03,1,1,1,1081.5,5\n',
    )
    const profile = await load({
      name: 'mine',
      prices,
      select: [{ exchange: 'NFO', instrument_types: ['CE'], underlyings: ['ABC'], atm_strikes: 0 }],
    })
    const sources = { day: parseDate('2025-10-06') as IstDay, data_dir: folder, named: [path] }
    const { selected } = await instrumentsOfProfile(profile, sources)
    expect(selected.instruments.map(({ symbol }) => symbol)).toEqual(['ABC25OCT1080CE'])
    writeFileSync(prices, 'name,close\nABC,3\n')
    await expect(instrumentsOfProfile(profile, sources)).rejects.toMatchObject({ code: 'not_closes' })
  })
})
