import { setTimeout as sleep } from 'node:timers/promises'
import { interrupted, usageError } from '../../core/errors.js'
import type { FeedMode, Layout } from '../../core/feed/index.js'
import type { Calendar } from '../../core/market/index.js'
import {
  type ActiveHours,
  formatHours,
  hoursOfFlag,
  layoutFor,
  nextActiveSpan,
  TradingHours,
  tooShort,
} from '../../core/profile/index.js'
import { parseDuration } from '../../core/replay/index.js'
import { formatDate, formatIso, istDay } from '../../core/time/index.js'
import { loadCalendar } from '../calendar-file.js'
import { type FeedEndpoint, feedEndpoint } from '../feed/feed-endpoint.js'
import { SystemClock } from '../system-clock.js'
import { tokensOfFlag } from '../tokens-flag.js'
import { type LoadedCredentials, loadCredentials } from './load-credentials.js'
import { DEFAULT_DATA_DIR, loadProfile, type Profile, profileOfTokens } from './profile-file.js'
import { instrumentsOfProfile, type ProfileInstruments } from './profile-instruments.js'
import { recordedTime } from './recorded-time.js'
import type { FsyncPolicy } from './recorder-port.js'
import { expiredText } from './token-age.js'

/** What the command line says of a capture, words still unread. */
export interface CaptureWords {
  readonly profile: string | undefined
  readonly tokens: readonly string[]
  readonly mode: FeedMode | undefined
  readonly data_dir: string | undefined
  readonly instruments: readonly string[]
  readonly calendar: string | undefined
  readonly hours: string | undefined
  readonly duration: string | undefined
  readonly url: string | undefined
  readonly insecure: boolean
  readonly token_file: string | undefined
  readonly fsync: string | undefined
  readonly connections: number | undefined
  readonly redundant: boolean
}

/** Everything decided before the first file is opened. */
export interface CapturePlan {
  readonly profile: Profile
  readonly data_dir: string
  readonly endpoint: FeedEndpoint
  readonly credentials: LoadedCredentials
  /** Where the recording stands that the feed plays; undefined: a live feed. */
  readonly recorded_ms: number | undefined
  readonly instruments: ProfileInstruments
  readonly layout: Layout
  readonly calendar: Calendar
  readonly trading: TradingHours
  readonly fsync: FsyncPolicy
  /** By this machine's clock; undefined: until told to stop. */
  readonly end_ms: number | undefined
}

/** Who hears of what is decided. */
export interface PlanListener {
  readonly signal: AbortSignal
  onNotice(text: string): void
}

/** Reads profile, credentials, master and calendar, and waits for the active hours. Undefined: nothing trades today, and that is told. */
export async function planCapture(words: CaptureWords, run: PlanListener): Promise<CapturePlan | undefined> {
  const profile = await profileOf(words)
  // What is no word is refused before anything is waited for.
  const fsync = words.fsync === undefined ? profile.fsync : fsyncOf(words.fsync)
  const hours = words.hours === undefined ? profile.hours : hoursOfFlag(words.hours)
  const duration_ms = words.duration === undefined ? Number.POSITIVE_INFINITY : parseDuration(words.duration, '--duration')
  const endpoint = feedEndpoint({ url: words.url, env: process.env, insecure: words.insecure })
  const credentials = await loadCredentials({ token_file: words.token_file, env: process.env, loopback: endpoint.loopback })
  const { calendar } = await loadCalendar(words.calendar ?? profile.calendar)
  const recorded_ms = endpoint.is_kite ? undefined : await recordedTime(endpoint, run)
  const now_ms = recorded_ms ?? new SystemClock().nowMs()
  const data_dir = words.data_dir ?? profile.directory ?? DEFAULT_DATA_DIR
  const instruments = await instrumentsOfProfile(profile, { day: istDay(now_ms), data_dir, named: words.instruments })
  for (const notice of instruments.selected.notices) run.onNotice(notice)
  const trading = new TradingHours(calendar, instruments.selected.instruments)
  const expired = endpoint.loopback ? undefined : expiredText(credentials.made_ms, now_ms)
  if (expired !== undefined) run.onNotice(expired)
  const layout = layoutFor(instruments.selected.modes, {
    layout: words.redundant ? 'redundant' : profile.layout,
    connections: words.connections ?? profile.connections,
  })
  const fixed = { profile, data_dir, endpoint, credentials, recorded_ms, instruments, layout, calendar, trading, fsync }
  // A recording is played at any hour.
  const end_ms = await activeUntil(recorded_ms === undefined ? hours : 'always', { profile, trading }, run)
  if (end_ms === undefined) return undefined
  const stop_ms = Math.min(end_ms, new SystemClock().nowMs() + duration_ms)
  return { ...fixed, end_ms: Number.isFinite(stop_ms) ? stop_ms : undefined }
}

async function profileOf({ profile, tokens, mode }: CaptureWords): Promise<Profile> {
  if (profile !== undefined && tokens.length > 0)
    throw usageError(
      'profile_and_tokens',
      'Expected --profile or --tokens, found both.',
      'mds capture --profile nifty50',
      'mds capture --tokens 408065,884737 --mode full',
    )
  if (profile !== undefined) {
    const loaded = await loadProfile(profile)
    return mode === undefined ? loaded : { ...loaded, mode }
  }
  const wanted = tokensOfFlag(tokens)
  if (wanted.length === 0)
    throw usageError(
      'no_instruments',
      'Expected instruments to record: a profile, or their tokens.',
      'mds capture --profile nifty50',
      'mds capture --tokens 408065,884737 --mode full',
    )
  return profileOfTokens(wanted, mode ?? 'full')
}

const FSYNC_MS_MAX = 60_000

function fsyncOf(text: string): FsyncPolicy {
  if (text === 'always' || text === 'close' || text === 'off') return text
  const ms = /^\d{1,5}(?:ms)?$/.test(text) ? Number.parseInt(text, 10) : 0
  if (ms >= 1 && ms <= FSYNC_MS_MAX) return ms
  throw usageError(
    'bad_fsync',
    `--fsync: expected always, close, off or milliseconds from 1 to ${FSYNC_MS_MAX}, found "${text}".`,
    '--fsync 100',
  )
}

interface HoursQuestion {
  readonly profile: Profile
  readonly trading: TradingHours
}

/** Waits until the active hours begin; answers when they end, or undefined when there are none today. */
async function activeUntil(hours: ActiveHours, { profile, trading }: HoursQuestion, run: PlanListener) {
  if (hours === 'always') return Number.POSITIVE_INFINITY
  const clock = new SystemClock()
  const today = istDay(clock.nowMs())
  const market = profile.check_calendar ? trading : undefined
  const span = nextActiveSpan(hours, market, clock.nowMs())
  if (span === undefined || istDay(span.start_ms) !== today) {
    const next = span === undefined ? '' : `; the next ones begin ${formatIso(span.start_ms)}`
    const why =
      market?.isOpen(today) === false ? 'the calendar has no trading' : `the active hours ${formatHours(hours)} are over`
    run.onNotice(`Nothing to record: ${why} on ${formatDate(today)}${next}. --hours always records all the same.`)
    return undefined
  }
  const too_short = tooShort(hours, trading, today)
  if (too_short !== undefined) run.onNotice(`${too_short.text} --hours ${too_short.enough} records it all.`)
  if (span.start_ms > clock.nowMs()) run.onNotice(`Waiting for the active hours to begin at ${formatIso(span.start_ms)}.`)
  while (span.start_ms > clock.nowMs()) {
    // In small steps: a machine that slept, or whose clock was set, wakes in time.
    await sleep(Math.min(span.start_ms - clock.nowMs(), 1000), undefined, { signal: run.signal }).catch(() => {})
    if (run.signal.aborted) throw interrupted()
  }
  return span.end_ms
}
