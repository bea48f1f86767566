import { expiredText } from '../../capture/token-age.js'
import type { Check } from '../check.js'

/** Credentials are there, private and of today. */
export const checkToken: Check = {
  id: 'token',
  concerns: 'feed',
  async run(context) {
    const { origin, made_ms } = await context.credentials()
    const expired = expiredText(made_ms, context.now_ms)
    if (expired === undefined) return { state: 'ok', text: `Key and token from ${origin}.` }
    return { state: 'warn', text: `${origin}: ${expired}`, tries: ['Log in to Kite again and let it write the file anew.'] }
  },
}
