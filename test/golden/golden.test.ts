import { beforeAll, describe, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { goldenCases } from './cases.js'

// Each folder of fixtures/ is a test. A new case: a folder with case.json and recording.json, then `npm run golden:update`.
const cases = goldenCases()

beforeAll(ensureBuilt)

test('there are cases', () => expect(cases.length).toBeGreaterThan(10))

describe.each(cases.map((golden) => [golden.name, golden] as const))('%s', (_, golden) => {
  const { file } = golden

  test('says what it shows, where it comes from and what is in it', () => {
    expect(file.shows.length).toBeGreaterThan(20)
    expect(file.origin.length).toBeGreaterThan(5)
    expect(file.licence.length).toBeGreaterThan(2)
    expect(Object.fromEntries(golden.inputs.map((name) => [name, golden.sha256(name)]))).toEqual(file.sha256)
  })

  test('its recordings are those that recording.json describes', () => {
    for (const [name, bytes] of golden.forged()) expect(golden.read(name).equals(bytes), name).toBe(true)
  })

  test.each(file.formats)('prints %s as expected, to the last byte', async (format) => {
    const { exit_code, stdout, stderr } = await golden.run(format)
    expect(stderr).toBe(golden.expected('stderr')?.toString('utf8') ?? '')
    expect(exit_code).toBe(file.exit_code ?? 0)
    const expected = golden.expected(format)
    expect(expected, `expected.${format} is missing: npm run golden:update`).toBeDefined()
    if (/^(csv|ndjson|table)$/.test(format)) expect(stdout.toString('utf8')).toBe(expected?.toString('utf8'))
    else expect(expected?.equals(stdout)).toBe(true)
  })
})
