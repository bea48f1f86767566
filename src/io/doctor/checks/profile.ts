import { formatHours } from '../../../core/profile/index.js'
import type { Check } from '../check.js'

/** The file is there and holds what a profile may hold. */
export const checkProfile: Check = {
  id: 'profile',
  concerns: 'machine',
  async run(context) {
    const profile = await context.profile()
    if (profile === undefined)
      return {
        state: 'skipped',
        text: 'None was named.',
        tries: ['mds doctor --profile sso_xvenue', 'mds doctor --tokens 408065,884737'],
      }
    const { path, mode, layout, hours, unverified_lists } = profile
    return {
      state: 'ok',
      text: `${path ?? 'made from --tokens'}: mode ${mode}, layout ${layout}, hours ${formatHours(hours)}.`,
      notes: unverified_lists.map((list) => `The list ${list} was not checked against the exchange.`),
    }
  },
}
