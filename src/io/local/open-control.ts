import { MdsError } from '../../core/errors.js'
import { type LocalServer, type LocalServerSetup, openLocalServer } from './local-server.js'
import { announceRun, type RunKind, randomToken } from './run-file.js'

export interface ControlSetup extends Omit<LocalServerSetup, 'token'> {
  readonly kind: RunKind
  /** What `mds ctl --to` calls it. */
  readonly name: string
  readonly started_ms: number
  /** A line for people. */
  onNotice(text: string): void
}

/** A local server that `mds ctl` of this user finds, with a token of its own that nobody is told. */
export async function openControl(setup: ControlSetup): Promise<LocalServer> {
  const token = randomToken()
  const server = await openLocalServer({ ...setup, token })
  const withdraw = announced(setup, server.url, token)
  return {
    ...server,
    close() {
      withdraw()
      return server.close()
    },
  }
}

/** Not to be found by `mds ctl` is no reason to record nothing. */
function announced({ kind, name, started_ms, onNotice }: ControlSetup, url: string, token: string): () => void {
  try {
    return announceRun({ kind, name, url, token }, started_ms).withdraw
  } catch (error) {
    const why = error instanceof MdsError ? error.message : String(error instanceof Error ? error.message : error)
    onNotice(`mds ctl will not find this run: ${why}`)
    return () => {}
  }
}
