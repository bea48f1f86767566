import type { Check } from '../check.js'

const INSTALL = 'sudo systemctl start redis-server || redis-server --daemonize yes'

/** Redis answers, if it is wanted. Capture goes on without it. */
export const checkRedis: Check = {
  id: 'redis',
  concerns: 'machine',
  async run(context) {
    const asked = await context.redis()
    if (asked === undefined)
      return { state: 'skipped', text: 'Not wanted.', tries: ['mds doctor --redis redis://localhost:6379'] }
    const { config, outcome } = asked
    const where = config.address
    if (outcome.kind === 'up') return { state: 'ok', text: `${where} answers in ${Math.ceil(outcome.ping_ms)} ms.` }
    const { code } = outcome
    if (code === 'NOAUTH' || code === 'WRONGPASS' || code === 'NOPERM')
      return {
        state: 'fail',
        text: `${where} wants another user or password (${code}).`,
        tries: ['export MDS_REDIS_URL=redis://USER:PASSWORD@localhost:6379'],
      }
    return { state: 'fail', text: `${where} does not answer (${code}).`, tries: [INSTALL] }
  },
}
