import { usageError } from '../../src/core/errors.js'
import type { FeedMode } from '../../src/core/feed/index.js'
import type { CaptureControl } from '../../src/io/capture/control-routes.js'
import type { CaptureStatus } from '../../src/io/capture/status.js'
import { captureStatus } from './capture-status.js'

/** A capture that keeps its subscriptions and nothing else. */
export class SampleControl implements CaptureControl {
  readonly modes = new Map<number, FeedMode>()
  stopped = 0
  health: CaptureStatus['health'] = 'running'

  status(): CaptureStatus {
    const subscriptions: Record<string, number> = {}
    for (const mode of this.modes.values()) subscriptions[mode] = (subscriptions[mode] ?? 0) + 1
    const problems = this.health === 'running' ? [] : ['connection 2 waits: 429']
    return captureStatus({ subscriptions, health: this.health, problems })
  }

  subscribe(tokens: readonly number[], mode: FeedMode | undefined): void {
    if (tokens.includes(13)) throw usageError('too_many_instruments', 'Expected at most 12 instruments, found 13.')
    for (const token of tokens) this.modes.set(token, mode ?? this.modes.get(token) ?? 'quote')
  }

  unsubscribe(tokens: readonly number[]): void {
    for (const token of tokens) this.modes.delete(token)
  }

  setMode(mode: FeedMode, tokens: readonly number[]): void {
    for (const token of tokens) if (this.modes.has(token)) this.modes.set(token, mode)
  }

  stop(): void {
    this.stopped++
  }

  tokensOf(symbols: readonly string[]): number[] {
    return symbols.map((symbol) => {
      if (symbol === 'INFY') return 408_065
      throw usageError('unknown_symbol', `No instrument is called ${symbol}.`)
    })
  }
}
