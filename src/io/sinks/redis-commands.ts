import type { AssetClass, Instrument } from '../../core/market/index.js'
import { modeOf } from '../../core/wire/index.js'
import type { KeptMessage } from './message-ring.js'
import type { RedisConfig, RedisOutput } from './redis-config.js'
import { type Names, type PacketAt, packetsOf, TickLines } from './tick-lines.js'

export type RedisCommand =
  | readonly ['xadd', key: string, ...args: (string | Buffer)[]]
  | readonly ['publish', channel: string, text: string]
  | readonly ['set', key: string, text: string]

/** A message for the raw stream, or a tick. Raw entries come ahead of the ticks of their message. */
export type RedisItem =
  | { readonly kind: 'message'; readonly message: KeptMessage; readonly packets: readonly PacketAt[] }
  | { readonly kind: 'tick'; readonly message: KeptMessage; readonly packet: PacketAt }

/** The notes' names of channels know fewer classes than a master does: a consumer of futures wants those on indices too. */
export const CHANNEL_CLASSES: Readonly<Record<AssetClass, string>> = {
  equity_cash: 'equity',
  equity_futures: 'futures',
  equity_options: 'options',
  indices: 'indices',
  index_futures: 'futures',
  index_options: 'options',
  currency: 'currency',
  commodity: 'commodity',
  unknown: 'unknown',
}

/** Names that an instrument gives. */
interface InstrumentNames {
  readonly channel: string
  /** Undefined where it would overwrite a stream: a symbol may be called anything. */
  readonly latest_key: string | undefined
}

/** What a sink says to Redis. */
export class RedisCommands {
  readonly #config: RedisConfig
  readonly #names: Names
  readonly #lines = new TickLines()
  readonly #wants: ReadonlySet<RedisOutput>
  readonly #wants_ticks: boolean
  readonly #by_instrument = new Map<Instrument, InstrumentNames>()

  constructor(config: RedisConfig, names: Names) {
    this.#config = config
    this.#names = names
    this.#wants = new Set(config.outputs)
    this.#wants_ticks = config.outputs.some((output) => output !== 'raw')
  }

  itemsOf(messages: readonly KeptMessage[]): RedisItem[] {
    return messages.flatMap((message): RedisItem[] => {
      const packets = packetsOf(message, this.#names)
      const ticks = this.#wants_ticks ? packets : []
      return [{ kind: 'message', message, packets }, ...ticks.map((packet): RedisItem => ({ kind: 'tick', message, packet }))]
    })
  }

  /** Commands for some items, each with the message it is for. */
  commandsOf(items: readonly RedisItem[]): { commands: RedisCommand[]; messages: KeptMessage[] } {
    const commands: RedisCommand[] = []
    const messages: KeptMessage[] = []
    const lines = this.#linesOf(items)
    const latest = new Map<string, { line: string; message: KeptMessage }>()
    let n = 0
    const add = (message: KeptMessage, command: RedisCommand): void => {
      commands.push(command)
      messages.push(message)
    }
    for (const item of items) {
      const { message } = item
      if (item.kind === 'message') {
        if (this.#wants.has('raw')) add(message, this.#rawEntry(message, item.packets))
        continue
      }
      const line = lines[n++] as string
      const { channel, latest_key } = this.#namesOf(item.packet.instrument)
      const { names, maxlen } = this.#config
      if (this.#wants.has('ticks')) add(message, ['publish', names.ticks, line])
      if (this.#wants.has('by_class')) add(message, ['publish', channel, line])
      if (this.#wants.has('processed'))
        add(message, ['xadd', names.processed, 'MAXLEN', '~', String(maxlen.processed), '*', 'data', line])
      if (latest_key !== undefined) latest.set(latest_key, { line, message })
    }
    if (this.#wants.has('latest')) for (const [key, { line, message }] of latest) add(message, ['set', key, line])
    return { commands, messages }
  }

  #linesOf(items: readonly RedisItem[]): string[] {
    const packets = items.flatMap((item) => (item.kind === 'tick' ? [item.packet] : []))
    const { buffer, byteOffset, length } = this.#lines.encode(packets)
    return Buffer.from(buffer, byteOffset, length).toString('utf8').split('\n')
  }

  /** What is not one thing for the whole message is left out: the packets say it. */
  #rawEntry({ bytes, start, end, received_at_ms, connection, number }: KeptMessage, packets: readonly PacketAt[]): RedisCommand {
    const { names, maxlen, source } = this.#config
    const modes = new Set(packets.map(({ length }) => modeOf(length)))
    const [only] = packets
    return [
      'xadd',
      names.raw,
      'MAXLEN',
      '~',
      String(maxlen.raw),
      '*',
      names.raw_payload,
      Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start),
      ...(only !== undefined && packets.length === 1 ? ['instrument_token', String(only.instrument.instrument_token)] : []),
      'timestamp',
      String(received_at_ms),
      ...(modes.size === 1 ? ['mode', ...modes] : []),
      'source',
      source,
      'connection',
      String(connection),
      'sequence',
      String(number),
    ]
  }

  #namesOf(instrument: Instrument): InstrumentNames {
    const known = this.#by_instrument.get(instrument)
    if (known !== undefined) return known
    const { names } = this.#config
    const latest_key = filledIn(names.latest, instrument)
    const made = {
      channel: filledIn(names.by_class, instrument),
      latest_key: latest_key === names.raw || latest_key === names.processed ? undefined : latest_key,
    }
    this.#by_instrument.set(instrument, made)
    return made
  }
}

function filledIn(name: string, { symbol, exchange, instrument_token, asset_class }: Instrument): string {
  const values: Readonly<Record<string, string>> = {
    symbol,
    exchange,
    instrument_token: String(instrument_token),
    asset_class: CHANNEL_CLASSES[asset_class],
  }
  return name.replace(/\{([a-z_]+)\}/g, (_, placeholder: string) => values[placeholder] ?? '')
}
