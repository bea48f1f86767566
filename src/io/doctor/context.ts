import { join } from 'node:path'
import { istDay } from '../../core/time/index.js'
import { loadCalendar } from '../calendar-file.js'
import { loadCredentials } from '../capture/load-credentials.js'
import { DEFAULT_DATA_DIR, loadProfile, type Profile, profileOfTokens } from '../capture/profile-file.js'
import { instrumentsFrom, mastersOf } from '../capture/profile-instruments.js'
import { type FeedEndpoint, feedEndpoint } from '../feed/feed-endpoint.js'
import type { RedisConfig } from '../sinks/redis-config.js'
import type { DoctorContext, DoctorRequest } from './check.js'
import type { DoctorPorts } from './ports.js'

/** What the checks share, each part made when first asked for. */
export async function doctorContext(request: DoctorRequest, ports: DoctorPorts): Promise<DoctorContext> {
  const now_ms = ports.nowMs()
  const day = istDay(now_ms)
  const profile = once(() => profileOf(request))
  // A profile that can't be read is the business of its own check; the others go on with the default folder.
  const own = await profile().catch(() => undefined)
  const data_dir = request.data_dir ?? own?.directory ?? DEFAULT_DATA_DIR
  const masters = once(async () => (own === undefined ? [] : mastersOf(own, { day, data_dir, named: request.instruments })))
  const endpoint = () => feedEndpoint({ url: request.url, env: ports.env, insecure: request.insecure })
  return {
    request,
    ports,
    now_ms,
    day,
    data_dir,
    profile,
    folder: async () => (own === undefined ? data_dir : join(data_dir, own.name)),
    masters,
    instruments: once(async () => (own === undefined ? undefined : instrumentsFrom(await masters(), own, day))),
    calendar: once(async () => (await loadCalendar(request.calendar ?? own?.calendar)).calendar),
    endpoint,
    credentials: once(async () =>
      loadCredentials({ token_file: request.token_file, env: ports.env, loopback: isLoopback(endpoint) }),
    ),
    redis: once(async () => {
      const config = await redisConfigOf(request, own, ports.env)
      return config === undefined ? undefined : { config, outcome: await ports.redis(config) }
    }),
  }
}

/** An address that can't be is the business of the check that connects. */
function isLoopback(endpoint: () => FeedEndpoint): boolean {
  try {
    return endpoint().loopback
  } catch {
    return false
  }
}

async function profileOf({ profile, tokens }: DoctorRequest): Promise<Profile | undefined> {
  if (profile !== undefined) return loadProfile(profile)
  return tokens.length > 0 ? profileOfTokens(tokens, 'full') : undefined
}

/** A profile without a `redis` block does not write there. Loads zod: only when a Redis was asked for. */
async function redisConfigOf(
  { redis }: DoctorRequest,
  profile: Profile | undefined,
  env: DoctorPorts['env'],
): Promise<RedisConfig | undefined> {
  if (redis === undefined && profile?.redis === undefined) return undefined
  const { redisConfig } = await import('../sinks/redis-config.js')
  return redisConfig(profile?.redis ?? {}, { url: redis, env })
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
