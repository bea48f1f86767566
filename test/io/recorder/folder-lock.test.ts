import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MdsError } from '../../../src/core/errors.js'
import { folderHolder, lockFolder } from '../../../src/io/recorder/folder-lock.js'
import { systemFiles } from '../../../src/io/recorder/system-files.js'
import { tempFolder } from '../../support/temp-folder.js'

const who = { session: 's1', now_ms: 1_759_722_300_000 }

test('row 35: a second writer is refused, and told who the first is', async () => {
  const folder = tempFolder()
  const lock = await lockFolder(systemFiles, folder, who)
  const refused = await lockFolder(systemFiles, folder, who).catch((error: unknown) => error)
  expect(refused).toBeInstanceOf(MdsError)
  expect(refused).toMatchObject({ code: 'folder_locked', exitCode: 3 })
  expect(String(refused)).toContain(`process ${process.pid}`)
  expect(String(refused)).toContain('2025-10-06T09:15:00+05:30')
  expect(await folderHolder(systemFiles, folder)).toMatchObject({ pid: process.pid, session: 's1' })
  await lock.release()
  expect(readdirSync(folder)).toEqual([])
  await (await lockFolder(systemFiles, folder, who)).release()
})

test('the lock file of a dead process is no obstacle, and tells whether the machine ran on', async () => {
  const folder = tempFolder()
  const lock = await lockFolder(systemFiles, folder, who)
  const own = JSON.parse(readFileSync(join(folder, '.lock'), 'utf8'))
  await lock.release()
  const stale: [object, boolean][] = [
    [{ ...own, pid: 2 ** 22 + 1 }, true],
    // The number of the process belongs to another one by now.
    [{ ...own, process_start: '1' }, true],
    [{ ...own, boot_id: 'another' }, false],
  ]
  for (const [holder, same_boot] of stale) {
    writeFileSync(join(folder, '.lock'), JSON.stringify(holder))
    expect(await folderHolder(systemFiles, folder)).toBeUndefined()
    const next = await lockFolder(systemFiles, folder, who)
    expect(next.same_boot).toBe(same_boot)
    await next.release()
  }
  for (const text of ['', '{"pid":', 'null', '[]']) {
    writeFileSync(join(folder, '.lock'), text)
    const next = await lockFolder(systemFiles, folder, who)
    expect(next.same_boot).toBe(false)
    await next.release()
  }
})
