import { createServer } from 'node:net'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from '../support/cli.js'
import { runMds } from '../support/run-mds.js'
import { tempFolder } from '../support/temp-folder.js'

beforeAll(ensureBuilt)

/** Where nobody listens yet: a capture waits there for a server to start. */
async function silentUrl(): Promise<string> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const address = server.address()
  const port = typeof address === 'object' && address !== null ? address.port : 0
  await new Promise((resolve) => server.close(resolve))
  return `ws://localhost:${port}`
}

test.each([
  ['--fsync', 'bogus', 'bogus'],
  ['--hours', '9', '"9"'],
  ['--duration', 'x', '"x"'],
  ['--tokens', 'abc', 'abc'],
])('%s %s is refused before the feed is waited for', async (flag, value, named) => {
  const words = ['capture', '--url', await silentUrl(), ...(flag === '--tokens' ? [] : ['--tokens', '408065']), flag, value]
  const { code, stderr } = await runMds(words, { cwd: tempFolder() })
  expect(stderr).toContain(named)
  expect(stderr).not.toContain('waiting')
  expect(code).toBe(2)
})
