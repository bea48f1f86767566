import type { Check } from '../check.js'

/** One writer a folder. */
export const checkWriter: Check = {
  id: 'writer',
  concerns: 'machine',
  needs: ['folder'],
  async run({ ports, folder }) {
    const path = await folder()
    const pid = await ports.writerOf(path)
    if (pid === undefined) return { state: 'ok', text: `Nobody writes into ${path}.` }
    return { state: 'ok', text: `A capture (pid ${pid}) writes into ${path}; a second one would be refused.` }
  },
}
