import { DOWNLOAD_MASTER } from '../../../core/profile/index.js'
import { formatDate } from '../../../core/time/index.js'
import type { Check } from '../check.js'

/** The instrument master is there and of today: Kite makes a new one each morning, and uses tokens of expired contracts again. */
export const checkMaster: Check = {
  id: 'master',
  concerns: 'machine',
  needs: ['profile'],
  async run(context) {
    const selects = ((await context.profile())?.select.length ?? 0) > 0
    const masters = await context.masters()
    if (masters.length === 0)
      return {
        state: selects ? 'fail' : 'warn',
        text: `Expected an instrument master (config/instruments.csv), found none${selects ? '' : ': names will be missing, nothing else'}.`,
        tries: [DOWNLOAD_MASTER],
      }
    const rows = masters.reduce((sum, { instruments }) => sum + instruments.length, 0)
    const bad = masters.reduce((sum, { bad_entries }) => sum + bad_entries.length, 0)
    const text = `${masters.map(({ path }) => path).join(', ')}: ${rows} instruments${bad > 0 ? `, ${bad} rows that can't be read` : ''}`
    const stale = masters.find(({ made_on }) => made_on < context.day)
    if (stale !== undefined)
      return { state: 'warn', text: `${text}; of ${formatDate(stale.made_on)}, not of today.`, tries: [DOWNLOAD_MASTER] }
    return { state: bad > 0 ? 'warn' : 'ok', text: `${text}, of today.` }
  },
}
