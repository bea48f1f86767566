import { EXIT, interrupted, MdsError, usageError } from '../../core/errors.js'
import { isLoopback } from './gate.js'
import { findRuns, type Run, type RunKind } from './run-file.js'

/** A program to talk to. The token stands in the header `authorization` and nowhere else. */
export interface Target extends Omit<Run, 'token' | 'pid' | 'started_ms'> {
  readonly pid: number | undefined
  readonly token: string | undefined
}

const ANSWER_MS = 5_000
const WORDS: Readonly<Record<RunKind, string>> = { capture: 'capture', serve: 'replay server' }
const START: Readonly<Record<RunKind, string>> = {
  capture: 'mds capture --tokens 408065,884737',
  serve: 'mds replay 20251005 --serve 127.0.0.1:0',
}

/** The runs of these kinds that `to` names: a name, a process id or an address. At least one. */
export function findTargets(to: string | undefined, kinds: readonly RunKind[], env = process.env): Target[] {
  const all = findRuns(env)
  const runs = all.filter(({ kind }) => kinds.includes(kind))
  const named = runs.filter(({ name, pid, url }) => to === undefined || to === name || to === String(pid) || sameUrl(to, url))
  if (named.length > 0) return named
  if (to !== undefined && /^https?:/.test(to)) return [targetAt(to, kinds[0] ?? 'capture', env)]
  const asked =
    to === undefined
      ? `No ${kinds.map((kind) => WORDS[kind]).join(' or ')} of yours runs here`
      : `None of yours that runs here is called ${to}`
  const others = all.length === 0 ? '' : `; found ${all.map(describe).join(', ')}`
  throw new MdsError('nothing_running', {
    message: `${asked}${others}.`,
    suggestions: all.length > 0 ? ['mds ctl status'] : kinds.map((kind) => START[kind]),
    exitCode: EXIT.unreadable,
  })
}

/** The one run that `to` names. `line`: the command as far as it says what to do, for the suggestions. */
export function findTarget(to: string | undefined, kinds: readonly RunKind[], line: string): Target {
  const [target, ...others] = findTargets(to, kinds)
  if (target !== undefined && others.length === 0) return target
  const all = findTargets(to, kinds)
  throw usageError(
    'several_running',
    `Expected one, found ${all.length}: ${all.map(describe).join(', ')}.`,
    ...all.map(({ pid }) => `${line} --to ${pid}`),
  )
}

/** Asks, and gives the answer's JSON back. What the other side refuses is an MdsError with its words. */
export async function ask(target: Target, path: string, body?: unknown, signal?: AbortSignal): Promise<unknown> {
  const deadline = AbortSignal.timeout(ANSWER_MS)
  const headers = {
    ...(target.token === undefined ? {} : { authorization: `Bearer ${target.token}` }),
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
  }
  try {
    const response = await fetch(new URL(path, target.url), {
      method: body === undefined ? 'GET' : 'POST',
      headers,
      redirect: 'error',
      signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const answer: unknown = await response.json()
    if (response.ok) return answer
    throw refusal(target, answer)
  } catch (error) {
    if (signal?.aborted === true) throw interrupted()
    if (error instanceof MdsError) throw error
    throw new MdsError('not_answering', {
      message: `${describe(target)} does not answer at ${target.url}${deadline.aborted ? ` within ${ANSWER_MS / 1000} s` : ''}.`,
      suggestions: ['mds ctl status'],
      exitCode: EXIT.unreadable,
    })
  }
}

const describe = ({ kind, name, pid }: Pick<Target, 'kind' | 'name' | 'pid'>): string =>
  `${WORDS[kind]} ${name}${pid === undefined ? '' : ` (pid ${pid})`}`

function refusal(target: Target, answer: unknown): MdsError {
  const { error } = (answer ?? {}) as { error?: { message?: unknown; try?: unknown } }
  const tries = Array.isArray(error?.try) ? error.try.map(String) : []
  const words = typeof error?.message === 'string' ? error.message : 'no reason given.'
  return new MdsError('refused', {
    message: `${describe(target)} refused: ${words}`,
    suggestions: tries,
    exitCode: EXIT.usage,
  })
}

/** One that did not announce itself to us: in a container, or of another user. */
function targetAt(url: string, kind: RunKind, env: NodeJS.ProcessEnv): Target {
  const { protocol, hostname, host, origin } = URL.canParse(url) ? new URL(url) : new URL('http://-')
  const token = env.MDS_CTL_TOKEN
  if (token !== undefined && protocol === 'http:' && !isLoopback(hostname))
    throw usageError(
      'not_loopback',
      `Expected https or an address of this machine for --to, found ${url}: the token would cross the network in the clear.`,
      `ssh -N -L PORT:127.0.0.1:PORT USER@${hostname}`,
    )
  return { kind, name: host, url: origin, token, pid: undefined }
}

/** By whichever name of this machine. */
function sameUrl(one: string, other: string): boolean {
  if (!URL.canParse(one) || !URL.canParse(other)) return false
  const [a, b] = [new URL(one), new URL(other)]
  return a.origin === b.origin || (a.port === b.port && isLoopback(a.hostname) && isLoopback(b.hostname))
}
