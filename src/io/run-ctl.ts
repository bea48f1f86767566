import { assert } from '../core/assert.js'
import { usageError } from '../core/errors.js'
import { FEED_MODES } from '../core/feed/index.js'
import { captureLines, counted, formatCount, plainLines } from '../core/view/index.js'
import { isCaptureStatus } from './capture/read-status.js'
import { CTL_VERBS, type CtlVerb } from './ctl-verbs.js'
import { ask, findTarget, findTargets, type Target } from './local/control-client.js'
import { RUN_KINDS, type RunKind } from './local/run-file.js'
import { shellWord } from './shell-word.js'
import { hasColour } from './terminal.js'

/** What the command line says, words still unread. */
export interface CtlWords {
  readonly verb: string
  readonly value: string | undefined
  readonly to: string | undefined
  readonly tokens: string | undefined
  readonly symbols: readonly string[]
  readonly mode: string | undefined
}

const PIPE_COLUMNS = 120

export interface CtlAnswer {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs; no secret. */
  readonly json: unknown
}

type Words = Exclude<keyof CtlWords, 'verb' | 'to'>
interface Request {
  readonly kinds: readonly RunKind[]
  /** What it needs to know; everything else is refused, so that nothing said is silently lost. */
  readonly takes: readonly Words[]
  path(kind: RunKind): string
  body(words: CtlWords): object
}

const REQUESTS: Readonly<Record<Exclude<CtlVerb, 'status'>, Request>> = {
  subscribe: { kinds: ['capture'], takes: ['tokens', 'symbols', 'mode'], path: () => '/subscriptions', body: wishOf },
  unsubscribe: { kinds: ['capture'], takes: ['tokens', 'symbols'], path: () => '/subscriptions/remove', body: wishOf },
  mode: {
    kinds: ['capture'],
    takes: ['value', 'tokens', 'symbols'],
    path: () => '/mode',
    body: (words) => ({
      ...wishOf(words),
      mode: requiredValue(words, FEED_MODES.join(', '), 'mds ctl mode full --tokens 408065'),
    }),
  },
  pause: playback('pause'),
  resume: playback('resume'),
  step: playback('step'),
  seek: { ...playback('seek'), takes: ['value'], body: seekOf },
  speed: {
    ...playback('speed'),
    takes: ['value'],
    body: (words) => ({ speed: requiredValue(words, 'a speed', 'mds ctl speed 10x') }),
  },
  stop: { kinds: RUN_KINDS, takes: [], path: (kind) => (kind === 'capture' ? '/stop' : '/control/stop'), body: () => ({}) },
}

function playback(verb: 'pause' | 'resume' | 'step' | 'seek' | 'speed'): Request {
  return { kinds: ['serve'], takes: [], path: () => `/control/${verb}`, body: () => ({}) }
}

/** Asks a running capture or replay server, and says what came of it. */
export async function runCtl(words: CtlWords, signal: AbortSignal): Promise<CtlAnswer> {
  const verb = CTL_VERBS.find((one) => one === words.verb)
  assert(verb !== undefined, 'the command line knows the verbs')
  if (verb === 'status') {
    refuseOthers(words, [])
    return statusOf(findTargets(words.to, RUN_KINDS), signal)
  }
  const request = REQUESTS[verb]
  refuseOthers(words, request.takes)
  const body = request.body(words)
  const target = findTarget(words.to, request.kinds, commandLine(words))
  const json = await ask(target, request.path(target.kind), body, signal)
  return { json, lines: toldLines(verb, target, json) }
}

async function statusOf(targets: readonly Target[], signal: AbortSignal): Promise<CtlAnswer> {
  const runs = await Promise.all(
    targets.map(async (target) => {
      const { kind, name, pid, url } = target
      return { kind, name, pid, url, status: await ask(target, '/status', undefined, signal) }
    }),
  )
  return { json: { runs }, lines: runs.flatMap((run, n) => [...(n === 0 ? [] : ['']), ...statusLines(run)]) }
}

function statusLines({ kind, name, status }: { kind: RunKind; name: string; status: unknown }): string[] {
  if (!isCaptureStatus(status)) return [`${kind} ${name}`, ...plainLines(status)]
  return captureLines(status, process.stdout.columns || PIPE_COLUMNS, hasColour())
}

function toldLines(verb: CtlVerb, { name }: Target, json: unknown): string[] {
  if (verb === 'stop') return [`${name} is stopping.`]
  const { instruments, subscriptions } = (json ?? {}) as { instruments?: unknown; subscriptions?: unknown }
  if (typeof instruments !== 'number' || typeof subscriptions !== 'object' || subscriptions === null) return plainLines(json)
  const modes = Object.entries(subscriptions).map(([mode, count]) => `${formatCount(Number(count))} ${mode}`)
  return [`${name}: ${counted(instruments, 'instrument')}${modes.length === 0 ? '' : ` (${modes.join(', ')})`}`]
}

/** What was asked, as it would be typed. */
function commandLine({ verb, value, tokens, symbols, mode }: CtlWords): string {
  const flags = [
    ...(tokens === undefined ? [] : ['--tokens', tokens]),
    ...symbols.flatMap((symbol) => ['--symbol', symbol]),
    ...(mode === undefined ? [] : ['--mode', mode]),
  ]
  return ['mds', 'ctl', verb, ...(value === undefined ? [] : [value]), ...flags].map(shellWord).join(' ')
}

function wishOf({ verb, tokens, symbols, mode }: CtlWords): object {
  if (tokens === undefined && symbols.length === 0)
    throw usageError('no_instruments', 'Expected --tokens or --symbol, found neither.', `mds ctl ${verb} --tokens 408065,884737`)
  return {
    ...(tokens === undefined ? {} : { tokens: tokens.split(',').map(tokenOf) }),
    ...(symbols.length === 0 ? {} : { symbols }),
    ...(mode === undefined ? {} : { mode }),
  }
}

function tokenOf(word: string): number {
  if (/^\s*\d{1,10}\s*$/.test(word)) return Number(word)
  throw usageError(
    'bad_tokens',
    `--tokens: expected numbers with commas between them, found "${word}".`,
    '--tokens 408065,884737',
  )
}

/** A sign makes it a way to go from here, instead of a time. */
function seekOf(words: CtlWords): object {
  const value = requiredValue(words, 'a time, or how far with a sign', 'mds ctl seek 10:30', 'mds ctl seek -30s')
  return /^[+-]/.test(value) ? { by: value.replace(/^\+/, '') } : { to: value }
}

function requiredValue({ verb, value }: CtlWords, expected: string, ...examples: string[]): string {
  if (value === undefined) throw usageError('usage', `${verb}: expected ${expected} after it.`, ...examples)
  return value
}

function refuseOthers(words: CtlWords, takes: readonly Words[]): void {
  const said = { value: 'value', tokens: '--tokens', symbols: '--symbol', mode: '--mode' } as const
  for (const name of Object.keys(said) as Words[]) {
    if (takes.includes(name) || words[name] === undefined || words[name]?.length === 0) continue
    const found = name === 'value' ? `"${words.value}"` : said[name]
    throw usageError('usage', `${words.verb}: expected no ${found}.`, 'mds ctl --help')
  }
}
