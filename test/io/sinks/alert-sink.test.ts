import { expect, test } from 'vitest'
import { type Alert, AlertDesk, DEFAULT_ALERT_RULES } from '../../../src/core/alerts/index.js'
import { PATTERNS } from '../../../src/core/patterns/index.js'
import { openRedisAlerts } from '../../../src/io/sinks/alert-sink.js'
import { redisConfig } from '../../../src/io/sinks/redis-config.js'
import { textbook } from '../../core/patterns/scenarios/volume_spike.js'
import { calendar } from '../../support/feed.js'
import { RedisServer } from '../../support/redis-server.js'
import { active, runScenario } from '../../support/scenario.js'
import { Heard } from './live-messages.js'

/** Real alerts: those of the textbook case of one detector. */
function alerts(): Alert[] {
  const raised: Alert[] = []
  const desk = new AlertDesk({
    rules: DEFAULT_ALERT_RULES,
    calendar,
    config_hash: 'c'.repeat(64),
    engine_version: '1',
    sha256: (text) => text.length.toString(16).padStart(64, '0'),
    emit: (alert) => raised.push(alert),
  })
  const patterns = PATTERNS.filter(({ id }) => id === 'volume_spike').map((definition) => active(definition))
  for (const detection of runScenario(textbook, patterns).detections) {
    desk.onDetection(detection)
    desk.onMoment(detection.emitted_at_ms)
  }
  return raised.filter(({ state }) => state === 'emitted')
}

function open(port: number) {
  const heard = new Heard()
  const config = redisConfig({ timeout_ms: 500 }, { url: `redis://localhost:${port}`, env: {} })
  return { sink: openRedisAlerts(config, heard), heard }
}

test('an alert is in both streams and on three channels, the same text in all', async () => {
  const [alert] = alerts()
  if (alert === undefined) throw new Error('the textbook case raises an alert')
  const server = await RedisServer.open()
  const client = await server.client()
  await client.send('SELECT', 4)
  const ear = await server.client()
  const channels = ['alerts:system', 'alerts:new', 'alerts:SCENARIO']
  for (const channel of channels) await ear.send('SUBSCRIBE', channel)
  const { sink, heard } = open(server.port)
  sink.onAlert(alert)
  await sink.drained()
  await sink.close(5000)
  expect(heard.words).toEqual([])
  expect(sink.status()).toMatchObject({ taken: 1, sent: 1, dropped: 0, waiting_bytes: 0 })

  const entries = [...(await client.entries('alerts:system')), ...(await client.entries('patterns:SCENARIO'))]
  expect(entries).toHaveLength(2)
  const texts = entries.map(({ fields }) => String(fields.get('data')))
  const told = JSON.parse(texts[0] as string)
  expect(told).toMatchObject({ pattern_type: 'volume_spike', symbol: 'SCENARIO', signal: 'BUY', alert_id: alert.alert_id })
  for (const { fields } of entries)
    expect(
      Object.fromEntries([...fields].filter(([name]) => name !== 'data').map(([name, value]) => [name, String(value)])),
    ).toEqual({
      pattern_type: 'volume_spike',
      symbol: 'SCENARIO',
      confidence: String(told.confidence),
      price: String(told.price),
      volume_ratio: String(told.volume_ratio),
      signal: 'BUY',
      timestamp_ms: String(told.timestamp_ms),
      alert_id: alert.alert_id,
    })
  expect(ear.heard.map(({ channel }) => channel).sort()).toEqual([...channels].sort())
  expect(new Set([...texts, ...ear.heard.map(({ text }) => text)])).toEqual(new Set([texts[0]]))
})

test('while Redis is away alerts wait, and come when it is there', async () => {
  const [alert] = alerts()
  if (alert === undefined) throw new Error('the textbook case raises an alert')
  const server = await RedisServer.open([], { absent: true })
  const { sink } = open(server.port)
  sink.onAlert(alert)
  sink.onAlert(alert)
  expect(sink.status()).toMatchObject({ taken: 2, sent: 0 })
  await server.start()
  await sink.drained()
  expect(sink.status()).toMatchObject({ taken: 2, sent: 2, dropped: 0 })
  await sink.close(5000)
  const client = await server.client()
  await client.send('SELECT', 4)
  expect(await client.entries('alerts:system')).toHaveLength(2)
})
