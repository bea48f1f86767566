import { join } from 'node:path'
import { usageError } from '../../core/errors.js'
import { istDay } from '../../core/time/index.js'
import { loadCalendar } from '../calendar-file.js'
import { loadCredentials } from '../capture/credentials.js'
import { feedEndpoint } from '../capture/feed-endpoint.js'
import { loadProfile, type Profile, profileOfTokens } from '../capture/profile-file.js'
import { instrumentsOfProfile, mastersOf } from '../capture/profile-instruments.js'
import type { DoctorContext, DoctorRequest } from './check.js'
import type { DoctorPorts } from './ports.js'
import type { RedisPlan } from './try-redis.js'

const DEFAULT_DATA_DIR = 'raw_ticks'

/** What the checks share, each part made when first asked for. */
export async function doctorContext(request: DoctorRequest, ports: DoctorPorts): Promise<DoctorContext> {
  const now_ms = ports.nowMs()
  const day = istDay(now_ms)
  const profile = once(() => profileOf(request))
  // A profile that can't be read is the business of its own check; the others go on with the default folder.
  const own = await profile().catch(() => undefined)
  const data_dir = request.data_dir ?? own?.directory ?? DEFAULT_DATA_DIR
  const sources = { day, data_dir, named: request.instruments }
  const endpoint = () => feedEndpoint({ url: request.url, env: ports.env, insecure: request.insecure })
  return {
    request,
    ports,
    now_ms,
    day,
    data_dir,
    profile,
    folder: async () => (own === undefined ? data_dir : join(data_dir, own.name)),
    masters: once(async () => (own === undefined ? [] : mastersOf(own, sources))),
    instruments: once(async () => (own === undefined ? undefined : instrumentsOfProfile(own, sources))),
    calendar: once(async () => (await loadCalendar(request.calendar ?? own?.calendar)).calendar),
    endpoint,
    credentials: once(async () =>
      loadCredentials({ token_file: request.token_file, env: ports.env, loopback: endpoint().loopback }),
    ),
    redisPlan: async () => redisPlan(request, own, ports.env),
  }
}

async function profileOf({ profile, tokens }: DoctorRequest): Promise<Profile | undefined> {
  if (profile !== undefined) return loadProfile(profile)
  return tokens.length > 0 ? profileOfTokens(tokens, 'full') : undefined
}

/** The flag is stronger than the environment, that than the profile. A profile without a `redis` block does not write there. */
function redisPlan(
  { redis }: DoctorRequest,
  profile: Profile | undefined,
  env: Readonly<Record<string, string | undefined>>,
): RedisPlan | undefined {
  const url = redis ?? (profile?.redis === undefined ? undefined : (env.MDS_REDIS_URL ?? profile.redis.url))
  if (url === undefined) return undefined
  const parsed = /^rediss?:\/\//.test(url) && URL.canParse(url) ? new URL(url) : undefined
  if (parsed === undefined)
    throw usageError(
      'bad_url',
      'Redis: expected a URL like redis://localhost:6379, found text that is none.',
      '--redis redis://localhost:6379',
    )
  const database = /^\/(\d{1,4})$/.exec(parsed.pathname)?.[1]
  return {
    url,
    host: parsed.host,
    database: database === undefined ? (profile?.redis?.database ?? 4) : Number(database),
    raw_stream: profile?.redis?.raw_stream ?? 'ticks:raw:binary',
  }
}

function once<T>(make: () => Promise<T>): () => Promise<T> {
  let made: Promise<T> | undefined
  return () => {
    made ??= make()
    return made
  }
}
