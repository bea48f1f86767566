import { constants } from 'node:fs'
import { access, stat } from 'node:fs/promises'
import { dirname, resolve } from 'node:path'
import { shellWord } from '../../shell-word.js'
import type { Check } from '../check.js'

const GIB = 1024 * 1024 * 1024
/** One packet of 198 bytes a second, as recorded, from 09:05 to 15:45. */
const DAY_BYTES_PER_INSTRUMENT = 198 * 24_000
/** For a person who names no profile. */
const INSTRUMENTS_GUESS = 320
const FREE_BYTES_MIN = GIB

/** The recordings have a place: a folder that can be written, and room for a day. */
export const checkFolder: Check = {
  id: 'folder',
  concerns: 'machine',
  async run(context) {
    const folder = await context.folder()
    const there = await nearestThere(resolve(folder))
    const missing = there !== resolve(folder)
    if (!(await stat(there)).isDirectory())
      return {
        state: 'fail',
        text: `Expected the folder ${folder}, found that ${there} is a file.`,
        tries: ['--data-dir another/folder'],
      }
    if (!(await isWritable(there)))
      return {
        state: 'fail',
        text: `Expected to write into ${there}: it is not allowed.`,
        tries: [`sudo chown "$USER" ${shellWord(there)}`, '--data-dir another/folder'],
      }
    const free = await context.ports.freeBytes(there)
    const count = (await context.instruments().catch(() => undefined))?.selected.modes.size ?? INSTRUMENTS_GUESS
    const needed = count * DAY_BYTES_PER_INSTRUMENT
    const room = `${inGib(free)} GiB free, a busy day of ${count} instruments takes up to ${inGib(needed)}`
    const tries = [`df -h ${shellWord(there)}`]
    if (free < FREE_BYTES_MIN) return { state: 'fail', text: `${folder}: expected at least 1 GiB free; ${room}.`, tries }
    if (free < FREE_BYTES_MIN + needed) return { state: 'warn', text: `${folder}: ${room}.`, tries }
    return { state: 'ok', text: `${folder}${missing ? ', to be made' : ''}: ${room}.` }
  },
}

/** The folder itself, or the first of those above it that exists: one that is not there yet is made by the capture. */
async function nearestThere(path: string): Promise<string> {
  const is_there = await stat(path).then(
    () => true,
    () => false,
  )
  return is_there || dirname(path) === path ? path : nearestThere(dirname(path))
}

function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK | constants.X_OK).then(
    () => true,
    () => false,
  )
}

const inGib = (bytes: number): string => (Math.floor((bytes / GIB) * 10) / 10).toFixed(1)
