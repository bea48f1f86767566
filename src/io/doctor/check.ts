import type { Calendar } from '../../core/market/index.js'
import type { IstDay, TimestampMs } from '../../core/time/index.js'
import type { LoadedCredentials } from '../capture/load-credentials.js'
import type { Profile } from '../capture/profile-file.js'
import type { MasterFile, ProfileInstruments } from '../capture/profile-instruments.js'
import type { FeedEndpoint } from '../feed/feed-endpoint.js'
import type { RedisConfig } from '../sinks/redis-config.js'
import type { DoctorPorts } from './ports.js'
import type { RedisOutcome } from './try-redis.js'

/** What a check found. No secret stands in any of its texts. */
export interface Finding {
  /** `skipped`: could not be looked at, or was not asked for. */
  readonly state: 'ok' | 'warn' | 'fail' | 'skipped'
  /** One sentence. */
  readonly text: string
  /** More sentences, for what has several causes. */
  readonly notes?: readonly string[]
  /** What mends it: commands that work when pasted. */
  readonly tries?: readonly string[]
}

/** One line of the checklist. */
export interface Check {
  readonly id: string
  /** `feed`: a failure concerns the feed or the login, which has an exit code of its own. */
  readonly concerns: 'machine' | 'feed'
  /** Checks without which this one means nothing: when one of them failed, this one is skipped. */
  readonly needs?: readonly string[]
  /** An `MdsError` thrown is a failure in its words. */
  run(context: DoctorContext): Promise<Finding>
}

/** What was asked for on the command line. */
export interface DoctorRequest {
  readonly profile: string | undefined
  readonly tokens: readonly number[]
  readonly token_file: string | undefined
  readonly url: string | undefined
  readonly insecure: boolean
  readonly redis: string | undefined
  /** Open a socket to the feed. */
  readonly connect: boolean
  readonly data_dir: string | undefined
  readonly instruments: readonly string[]
  readonly calendar: string | undefined
}

/** What the checks look at. Each file is read once, when first asked for. */
export interface DoctorContext {
  readonly request: DoctorRequest
  readonly ports: DoctorPorts
  readonly now_ms: TimestampMs
  readonly day: IstDay
  readonly data_dir: string
  /** Undefined when neither a profile nor tokens were named. */
  profile(): Promise<Profile | undefined>
  /** Of the recordings of the profile; the data folder without one. */
  folder(): Promise<string>
  masters(): Promise<readonly MasterFile[]>
  instruments(): Promise<ProfileInstruments | undefined>
  calendar(): Promise<Calendar>
  endpoint(): FeedEndpoint
  credentials(): Promise<LoadedCredentials>
  /** The Redis that was asked for, and what it answers; undefined when none was. */
  redis(): Promise<{ readonly config: RedisConfig; readonly outcome: RedisOutcome } | undefined>
}
