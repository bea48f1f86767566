import { join } from 'node:path'
import type { InstrumentTable } from '../../core/market/index.js'
import { hideArguments } from '../hide-arguments.js'
import { type AlertSink, openRedisAlerts } from '../sinks/alert-sink.js'
import { openJsonlSink } from '../sinks/jsonl-sink.js'
import type { LiveSink, SinkListener } from '../sinks/live-sink.js'
import { type RedisConfig, redisConfig } from '../sinks/redis-config.js'
import { openRedisSink } from '../sinks/redis-sink.js'
import type { CapturePlan } from './capture-plan.js'

/** Of the command line; the profile speaks where it says nothing. */
export interface SinkWords {
  readonly redis: string | undefined
  readonly jsonl: string | undefined
}

/** Where messages go besides the recording. */
export interface SinkChoice {
  readonly redis: RedisConfig | undefined
  /** A folder. */
  readonly jsonl: string | undefined
}

export interface SinksListener {
  onDown(sink: string, detail: string): void
  onUp(sink: string, dropped: number): void
}

/** The command line can be read by every user of the machine for as long as the capture runs: a password there is hidden before anything waits. */
export function hidePassword({ redis }: Pick<SinkWords, 'redis'>): void {
  if (redis !== undefined && redisConfig({}, { url: redis, env: {} }).password !== undefined) hideArguments()
}

/** Refuses what can't be; opens nothing. */
export function chooseSinks({ redis, jsonl }: SinkWords, { profile, data_dir }: CapturePlan): SinkChoice {
  const wants_redis = redis !== undefined || profile.redis !== undefined
  return {
    redis: wants_redis ? redisConfig(profile.redis ?? {}, { url: redis, env: process.env }) : undefined,
    jsonl: jsonl ?? (profile.jsonl === undefined ? undefined : (profile.jsonl.directory ?? join(data_dir, profile.name))),
  }
}

export function openSinks({ redis, jsonl }: SinkChoice, names: InstrumentTable, listener: SinksListener): LiveSink[] {
  const listenerOf = (sink: string): SinkListener => ({
    onDown: (detail) => listener.onDown(sink, detail),
    onUp: (dropped) => listener.onUp(sink, dropped),
  })
  return [
    ...(jsonl === undefined ? [] : [openJsonlSink(jsonl, names, listenerOf('jsonl'))]),
    ...(redis === undefined ? [] : [openRedisSink(redis, names, listenerOf('redis'))]),
  ]
}

/** Alerts go to the same server, over a connection of their own: however many ticks wait, an alert does not. */
export function openAlertSink({ redis }: SinkChoice, { onDown, onUp }: SinksListener): AlertSink | undefined {
  if (redis === undefined) return undefined
  const name = 'redis alerts'
  return openRedisAlerts(redis, { onDown: (detail) => onDown(name, detail), onUp: (dropped) => onUp(name, dropped) })
}
