import type { IncomingMessage } from 'node:http'
import { type LocalServer, openLocalServer, type Route } from '../local/local-server.js'
import { announceRun, randomToken } from '../local/run-file.js'
import { SystemClock } from '../system-clock.js'
import { loginDoor, type ServeLogin } from './login.js'
import type { Stage } from './stage.js'

/** Beside the clients: those who steer or look, and those who are turned away. */
const MORE_CONNECTIONS = 64

export interface TickerSetup {
  readonly host: string
  /** 0: any free one. */
  readonly port: number
  readonly allow_remote: boolean
  readonly allowed_hosts: readonly string[]
  readonly login: ServeLogin
  readonly connections: number
  /** For `mds ctl`: what is played. */
  readonly name: string
  readonly routes: readonly Route[]
  readonly stage: Stage
  onNotice(text: string): void
}

export interface OpenTicker {
  /** Without the query that logs in. */
  readonly url: string
  close(): Promise<void>
}

/** One port for both: clients of Kite come by upgrade, those who steer by HTTP with the token of the run. */
export async function openTicker(setup: TickerSetup): Promise<OpenTicker> {
  const { stage, login, connections } = setup
  const open = loginDoor({
    login,
    connections,
    exchange: stage.exchange,
    admission: () => stage.admission(),
    onClient: (...client) => stage.join(...client),
    onRefused: (status) => {
      stage.counts.refused++
      // What the client sent may be a real token: it is not told.
      setup.onNotice(status === 'hang' ? 'A login is left without an answer.' : `A login was refused (HTTP ${status}).`)
    },
  })
  const token = randomToken()
  const server: LocalServer = await openLocalServer({
    host: setup.host,
    port: setup.port,
    allow_remote: setup.allow_remote,
    allowed_hosts: setup.allowed_hosts,
    token,
    routes: setup.routes,
    limits: { connections: connections + MORE_CONNECTIONS },
    onUpgrade: (request: IncomingMessage, socket, head) => void open(request, socket, head),
    onFailure: (path, error) => setup.onNotice(`${path} failed: ${error instanceof Error ? error.message : String(error)}`),
  })
  const run = announceRun({ kind: 'serve', name: setup.name, url: server.url, token }, new SystemClock().nowMs())
  return {
    url: server.url.replace(/^http/, 'ws'),
    async close() {
      run.withdraw()
      await server.close()
    },
  }
}
