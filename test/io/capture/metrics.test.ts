import fc from 'fast-check'
import { expect, test } from 'vitest'
import { CAPTURE_METRICS, metricsText } from '../../../src/io/capture/metrics.js'
import { captureStatus, connectionOf } from '../../support/capture-status.js'

interface Family {
  readonly name: string
  readonly help: string
  readonly type: string
  readonly samples: { labels: Record<string, string>; value: number }[]
}

/** Text format 0.0.4, as strict as its description: HELP and TYPE once and ahead of their samples, each series once, a newline at the end. */
function parseExposition(text: string): Map<string, Family> {
  expect(text.endsWith('\n')).toBe(true)
  const families = new Map<string, Family>()
  let family: Family | undefined
  let help: [string, string] | undefined
  const seen = new Set<string>()
  for (const line of text.slice(0, -1).split('\n')) {
    const help_line = /^# HELP ([a-zA-Z_:][a-zA-Z0-9_:]*) ((?:[^\\]|\\\\|\\n)*)$/.exec(line)
    const type_line = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*) (counter|gauge|summary)$/.exec(line)
    if (help_line !== null) help = [help_line[1] as string, help_line[2] as string]
    else if (type_line !== null) {
      const name = type_line[1] as string
      expect(help?.[0], line).toBe(name)
      expect(families.has(name), line).toBe(false)
      family = { name, help: help?.[1] ?? '', type: type_line[2] as string, samples: [] }
      families.set(name, family)
    } else {
      const sample = /^([a-zA-Z_:][a-zA-Z0-9_:]*)(\{.*\})? (-?(?:\d+(?:\.\d+)?(?:e[+-]?\d+)?)|NaN|[+-]Inf)$/s.exec(line)
      expect(sample, line).not.toBeNull()
      expect(sample?.[1], line).toBe(family?.name)
      const series = `${sample?.[1]}${sample?.[2] ?? ''}`
      expect(seen.has(series), line).toBe(false)
      seen.add(series)
      family?.samples.push({ labels: parseLabels(sample?.[2] ?? '{}'), value: Number(sample?.[3]) })
    }
  }
  return families
}

function parseLabels(text: string): Record<string, string> {
  const labels: Record<string, string> = {}
  let rest = text.slice(1, -1)
  while (rest !== '') {
    const [pair = '', name = '', value = ''] = /^([a-zA-Z_][a-zA-Z0-9_]*)="((?:[^"\\\n]|\\[\\"n])*)"(?:,|$)/.exec(rest) ?? []
    expect(pair, text).not.toBe('')
    labels[name] = value.replace(/\\(.)/g, (_, mark: string) => (mark === 'n' ? '\n' : mark))
    rest = rest.slice(pair.length)
  }
  return labels
}

test('the page is what Prometheus expects, and says what the status says', () => {
  const status = captureStatus()
  const families = parseExposition(metricsText(status))
  expect([...families.keys()]).toEqual(CAPTURE_METRICS.map(({ name }) => `mds_capture_${name}`))
  const told = (name: string, labels: Record<string, string> = {}): number | undefined =>
    families
      .get(`mds_capture_${name}`)
      ?.samples.find((sample) => Object.entries(labels).every(([key, value]) => sample.labels[key] === value))?.value
  expect(told('packets_total')).toBe(status.totals.packets)
  expect(told('healthy')).toBe(1)
  expect(told('lag_seconds', { quantile: '0.99' })).toBe(0.00187)
  expect(told('connection_instruments', { connection: '2', role: 'secondary' })).toBe(2_410)
  expect(told('connection_silence_seconds', { connection: '1' })).toBe(0.12)
  expect(told('synced_bytes_total')).toBe(status.recorder.synced_bytes)
  expect(told('sink_sent_total', { sink: 'redis' })).toBe(2_470_530)
  expect(told('subscriptions', { mode: 'full' })).toBe(2_410)
  expect(told('start_time_seconds')).toBe(status.started_ms / 1000)
})

test('names follow the rules: counters end in _total, times are seconds, help says something', () => {
  for (const { name, kind, help } of CAPTURE_METRICS) {
    expect(name, name).toMatch(/^[a-z][a-z0-9_]*$/)
    expect(name.endsWith('_total'), name).toBe(kind === 'counter')
    expect(name, name).not.toMatch(/_ms\b|_ms_/)
    expect(help, name).toMatch(/\.$/)
  }
  expect(new Set(CAPTURE_METRICS.map(({ name }) => name)).size).toBe(CAPTURE_METRICS.length)
})

test('what is not known has no sample', () => {
  const text = metricsText(
    captureStatus({
      lag: { p50_ms: undefined, p99_ms: undefined, max_ms: 0 },
      feed_lag_ms: undefined,
      sinks: [],
      connections: [connectionOf(1, { last_message_ms: undefined })],
    }),
  )
  const families = parseExposition(text)
  for (const name of ['lag_seconds', 'feed_lag_seconds', 'sink_up', 'connection_silence_seconds'])
    expect(families.has(`mds_capture_${name}`), name).toBe(false)
})

test('no name of a profile or a sink breaks the page', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'grapheme' }), (profile, name) => {
      const [sink] = captureStatus().sinks
      if (sink === undefined) throw new Error('the sample has a sink')
      const families = parseExposition(metricsText(captureStatus({ profile, sinks: [{ ...sink, name }] })))
      expect(families.get('mds_capture_info')?.samples[0]?.labels.profile).toBe(profile)
      expect(families.get('mds_capture_sink_up')?.samples[0]?.labels.sink).toBe(name)
    }),
  )
})
