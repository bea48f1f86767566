import { createHash, timingSafeEqual } from 'node:crypto'
import type { IncomingMessage } from 'node:http'
import { isIPv4 } from 'node:net'
import type { Refusal } from './refusal.js'

/** Addresses that only this machine reaches. */
export const isLoopback = (host: string): boolean =>
  host === 'localhost' || host === '::1' || host === '[::1]' || (isIPv4(host) && host.startsWith('127.'))

/** What may stand in a request besides this machine's own names. */
export interface GateRules {
  /** Names with or without a port. */
  readonly hosts: readonly string[]
  readonly origins: readonly string[]
}

/** A request from where nothing may come. */
export function gateRefusal({ headersDistinct }: IncomingMessage, port: number, rules: GateRules): Refusal | undefined {
  const hosts = headersDistinct.host ?? []
  const origins = headersDistinct.origin ?? []
  if (hosts.length !== 1 || !isAllowedHost(hosts[0], port, rules.hosts))
    return {
      status: 403,
      code: 'host_refused',
      message: `The Host header names another machine: expected 127.0.0.1, localhost or [::1] with port ${port}.`,
    }
  if (origins.length > 1 || !isAllowedOrigin(origins[0], port, rules))
    return { status: 403, code: 'origin_refused', message: 'Pages of other origins get nothing here.' }
  return undefined
}

/**
 * A page whose name was made to point here (DNS rebinding) still sends its own name as Host: only names of this machine, with the port, pass.
 */
export const isAllowedHost = (host: string | undefined, port: number, allowed: readonly string[] = []): boolean =>
  host !== undefined && hostsAt(port, allowed).includes(host.toLowerCase())

/**
 * Browsers name the page that asks; programs do not. Absent passes, and so does this server's own origin, which some WebSocket clients make up
 * from the address they call: nothing is served from it that could run in a browser.
 */
export function isAllowedOrigin(
  origin: string | undefined,
  port: number,
  rules: GateRules = { hosts: [], origins: [] },
): boolean {
  if (origin === undefined) return true
  const found = origin.toLowerCase()
  const own = hostsAt(port, rules.hosts).map((host) => `http://${host}`)
  return [...own, ...rules.origins.map((one) => one.toLowerCase())].includes(found)
}

function hostsAt(port: number, allowed: readonly string[]): string[] {
  const listed = allowed.map((name) => name.toLowerCase())
  const names = ['127.0.0.1', 'localhost', '[::1]', ...listed]
  // Clients leave the port out where it is the usual one.
  return [...names.map((name) => `${name}:${port}`), ...(port === 80 ? names : listed)]
}

/** Tells whether an `authorization` header carries the token; takes the same time whatever is wrong with it. */
export function bearerCheck(token: string): (authorization: string | undefined) => boolean {
  const expected = digest(`Bearer ${token}`)
  return (authorization) => timingSafeEqual(digest(authorization ?? ''), expected)
}

const digest = (text: string): Buffer => createHash('sha256').update(text).digest()
