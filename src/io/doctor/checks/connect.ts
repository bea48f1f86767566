import type { Check, DoctorContext, Finding } from '../check.js'
import type { HandshakeOutcome } from '../try-handshake.js'

const SKEW_MS = 2000

/** The feed opens a socket for this key and token. */
export const checkConnect: Check = {
  id: 'connect',
  concerns: 'feed',
  needs: ['token'],
  async run(context) {
    const { url, host } = context.endpoint()
    if (!context.request.connect) return { state: 'skipped', text: `${host} was not asked.`, tries: ['mds doctor --connect'] }
    const { credentials } = await context.credentials()
    return findingOf(await context.ports.handshake(credentials.socketUrl(url)), host, context)
  },
}

function findingOf(outcome: HandshakeOutcome, host: string, { ports }: DoctorContext): Finding {
  switch (outcome.kind) {
    case 'open': {
      const skew_ms = outcome.server_ms === undefined ? 0 : ports.nowMs() - outcome.server_ms
      const text = `${host} opened a socket in ${Math.round(outcome.took_ms)} ms`
      // The header has whole seconds.
      if (Math.abs(skew_ms) <= SKEW_MS) return { state: 'ok', text: `${text}.` }
      return {
        state: 'warn',
        text: `${text}, but its clock and this one differ by ${Math.round(skew_ms / 1000)} s.`,
        tries: ['sudo timedatectl set-ntp true'],
      }
    }
    case 'refused':
      return { state: 'fail', ...refused(outcome.status, host) }
    case 'failed':
      return { state: 'fail', ...failed(outcome.code, host) }
  }
}

type Trouble = Pick<Finding, 'text' | 'tries'>

function refused(status: number, host: string): Trouble {
  if (status === 403)
    return { text: `${host} refused the token (403): it has expired, or is of another key.`, tries: ['Log in to Kite again.'] }
  if (status === 429)
    return {
      text: `${host} has too many sockets of this key open (429): 3 are allowed. A running capture may hold them.`,
      tries: ['Stop another program that uses the same key, then: mds doctor --connect'],
    }
  if (status >= 300 && status < 400)
    return { text: `${host} sends us elsewhere (${status}), which is not followed.`, tries: ['--url with the address itself'] }
  return { text: `${host} refused a socket (${status}).`, tries: ['Try again in a minute: mds doctor --connect'] }
}

function failed(code: string, host: string): Trouble {
  const name = host.replace(/:\d+$/, '')
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return { text: `The name ${name} leads nowhere (${code}): no network, or no DNS.`, tries: [`getent hosts ${name}`] }
  if (code === 'ECONNREFUSED') return { text: `Nobody listens at ${host} (${code}).`, tries: ['Check --url and $KITE_WS_URL.'] }
  if (code === 'ETIMEDOUT')
    return { text: `${host} did not answer within 10 s (${code}).`, tries: [`curl -sS -m 10 -o /dev/null https://${host}`] }
  if (code === 'NOT_A_WEBSOCKET')
    return { text: `What answers at ${host} is no WebSocket server.`, tries: ['Check --url and $KITE_WS_URL.'] }
  if (/CERT|SSL|TLS|SIGNED|SIGNATURE/.test(code))
    return {
      text: `The certificate of ${host} is not trusted (${code}): something stands between us and the feed, or the clock is wrong.`,
      tries: [`curl -sSv -o /dev/null https://${host}`],
    }
  return { text: `No socket to ${host} (${code}).`, tries: ['Try again in a minute: mds doctor --connect'] }
}
