import { TradingHours } from '../../../core/profile/index.js'
import { captureCommand } from '../capture-command.js'
import type { Check } from '../check.js'

const FRESH_MS = 30_000

/** The stream grows while the market trades. */
export const checkStream: Check = {
  id: 'stream',
  concerns: 'machine',
  needs: ['redis'],
  async run(context) {
    const asked = await context.redis()
    if (asked?.outcome.kind !== 'up') return { state: 'skipped', text: 'No Redis.' }
    const { length, newest_age_ms } = asked.outcome
    const text = `${asked.config.names.raw} has ${length} messages`
    const instruments = (await context.instruments().catch(() => undefined))?.selected.instruments ?? []
    const trading = new TradingHours(await context.calendar(), instruments).isTrading(context.now_ms)
    if (newest_age_ms !== undefined && newest_age_ms <= FRESH_MS)
      return { state: 'ok', text: `${text}, the newest ${Math.max(0, Math.round(newest_age_ms / 1000))} s old.` }
    const age = newest_age_ms === undefined ? '' : `, the newest ${Math.round(newest_age_ms / 1000)} s old`
    if (!trading) return { state: 'ok', text: `${text}${age}; nothing trades now.` }
    return {
      state: 'warn',
      text: `${text}${age}: it does not grow while the market trades.`,
      tries: [captureCommand(context.request, '--redis redis://localhost:6379')],
    }
  },
}
