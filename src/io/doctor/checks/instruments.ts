import { connectionsOf, FEED_MODES } from '../../../core/feed/index.js'
import { layoutFor } from '../../../core/profile/index.js'
import type { Check } from '../check.js'

/** How many instruments the profile means today, and whether the sockets hold them. */
export const checkInstruments: Check = {
  id: 'instruments',
  concerns: 'machine',
  needs: ['profile', 'master'],
  async run(context) {
    const profile = await context.profile()
    const found = await context.instruments()
    if (profile === undefined || found === undefined) return { state: 'skipped', text: 'None were named.' }
    const { modes, notices } = found.selected
    const connections = connectionsOf(layoutFor(modes, profile))
    const of_mode = FEED_MODES.map((mode) => ({ mode, count: [...modes.values()].filter((each) => each === mode).length }))
    const counts = of_mode.filter(({ count }) => count > 0).map(({ mode, count }) => `${count} ${mode}`)
    return {
      state: notices.length > 0 ? 'warn' : 'ok',
      text: `${modes.size} instruments (${counts.join(', ')}) on ${connections} connection${connections === 1 ? '' : 's'}.`,
      notes: notices,
    }
  },
}
