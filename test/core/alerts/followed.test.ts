import { expect, test } from 'vitest'
import { Claim } from '../../../src/core/alerts/claim.js'
import { plainly } from '../../../src/core/alerts/conflict.js'
import { FollowedAlerts } from '../../../src/core/alerts/followed.js'
import { recordOf } from '../../../src/core/alerts/records.js'
import { calendar } from '../../support/feed.js'
import { atMs, CONFIG_HASH, detection, type Facts, rulesWith, sha256 } from './make.js'

const setup = { rules: rulesWith({}), calendar, config_hash: CONFIG_HASH, engine_version: '0.0.0', sha256, emit() {} }

/** One alert of RELIANCE, known at 10:00. */
function followed(facts: Facts = {}): FollowedAlerts {
  const alerts = new FollowedAlerts(setup.rules)
  const claim = new Claim(detection(facts), setup)
  alerts.add(
    claim,
    recordOf(plainly(claim), setup, { state: 'emitted', emitted_at_ms: atMs('10:00'), seen_count: 1, group_id: claim.id }),
  )
  return alerts
}
const TOKEN = detection({}).instrument.instrument_token
const kept = (alerts: FollowedAlerts, clock: string): number => {
  alerts.forget(atMs(clock))
  return alerts.of('RELIANCE').length
}

test('an alert is kept as long as it is active, and as long as its longest window', () => {
  const active = followed()
  expect(kept(active, '15:00')).toBe(1)
  expect(active.activeOf(TOKEN)).toHaveLength(1)
  const over = (facts: Facts) => {
    const alerts = followed(facts)
    for (const each of alerts.activeOf(TOKEN)) alerts.end(each, 'stop_hit')
    expect(alerts.activeOf(TOKEN)).toHaveLength(0)
    return alerts
  }
  expect(kept(over({ pattern: { cooldown_min: 30 } }), '10:29')).toBe(1)
  expect(kept(over({ pattern: { cooldown_min: 30 } }), '10:30')).toBe(0)
  // Without a cooldown of its own: five minutes of its family.
  expect(kept(over({ pattern: { cooldown_min: 0 } }), '10:04')).toBe(1)
  expect(kept(over({ pattern: { cooldown_min: 0 } }), '10:05')).toBe(0)
})

test('an alert expires when no bar can touch it any more, once', () => {
  const alerts = followed()
  const [only] = alerts.activeOf(TOKEN)
  const expires_ms = only?.claim.expires_at_ms as number
  expect(alerts.expired(expires_ms)).toEqual([])
  expect(alerts.expired(expires_ms + 64_999)).toEqual([])
  const expired = alerts.expired(expires_ms + 65_000)
  expect(expired).toEqual([only])
  for (const each of expired) alerts.end(each, 'expired')
  expect(alerts.expired(expires_ms + 65_001)).toEqual([])
})
