import { connect, type Socket } from 'node:net'

export type Reply = Buffer | number | null | Error | Reply[]

/** A client of Redis written for the tests, from the description of the protocol (RESP2): what it reads back, no library has touched. */
export class RespClient {
  /** What channels said since `subscribe`: channel and bytes. */
  readonly heard: { channel: string; text: string }[] = []
  readonly #socket: Socket
  readonly #waiting: { resolve(reply: Reply): void; reject(error: Error): void }[] = []
  #bytes = Buffer.alloc(0)

  private constructor(socket: Socket) {
    this.#socket = socket
    socket.on('data', (bytes: Buffer) => this.#onData(bytes))
    socket.on('error', () => {})
    socket.on('close', () => {
      for (const { reject } of this.#waiting.splice(0)) reject(new Error('connection closed'))
    })
  }

  static open(port: number): Promise<RespClient> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, '127.0.0.1')
      socket.once('error', reject)
      socket.once('connect', () => resolve(new RespClient(socket)))
    })
  }

  send(...words: (string | number | Uint8Array)[]): Promise<Reply> {
    const parts = words.map((word) => Buffer.from(typeof word === 'number' ? String(word) : word))
    const head = Buffer.from(`*${parts.length}\r\n`)
    this.#socket.write(
      Buffer.concat([head, ...parts.flatMap((part) => [Buffer.from(`$${part.length}\r\n`), part, Buffer.from('\r\n')])]),
    )
    return new Promise((resolve, reject) => {
      this.#waiting.push({ resolve, reject })
    })
  }

  async text(...words: (string | number)[]): Promise<string> {
    return String(await this.send(...words))
  }

  /** Entries of a stream, oldest first, their fields by name. */
  async entries(key: string): Promise<{ id: string; fields: Map<string, Buffer> }[]> {
    const reply = await this.send('XRANGE', key, '-', '+')
    if (!Array.isArray(reply)) throw new Error(`no entries: ${String(reply)}`)
    return reply.map((entry) => {
      const [id, pairs] = entry as [Buffer, Buffer[]]
      const fields = new Map<string, Buffer>()
      for (let n = 0; n < pairs.length; n += 2) fields.set(String(pairs[n]), pairs[n + 1] as Buffer)
      return { id: String(id), fields }
    })
  }

  close(): void {
    this.#socket.destroy()
  }

  #onData(bytes: Buffer): void {
    this.#bytes = Buffer.concat([this.#bytes, bytes])
    for (let read = readReply(this.#bytes, 0); read !== undefined; read = readReply(this.#bytes, 0)) {
      this.#bytes = this.#bytes.subarray(read.end)
      const { reply } = read
      if (Array.isArray(reply) && String(reply[0]) === 'message')
        this.heard.push({ channel: String(reply[1]), text: String(reply[2]) })
      else this.#waiting.shift()?.resolve(reply)
    }
  }
}

function readReply(bytes: Buffer, start: number): { reply: Reply; end: number } | undefined {
  const line_end = bytes.indexOf('\r\n', start)
  if (line_end < 0) return undefined
  const line = bytes.toString('utf8', start + 1, line_end)
  const at = line_end + 2
  switch (String.fromCharCode(bytes[start] as number)) {
    case '+':
      return { reply: Buffer.from(line), end: at }
    case '-':
      return { reply: new Error(line), end: at }
    case ':':
      return { reply: Number(line), end: at }
    case '$': {
      const length = Number(line)
      if (length < 0) return { reply: null, end: at }
      if (bytes.length < at + length + 2) return undefined
      return { reply: Buffer.from(bytes.subarray(at, at + length)), end: at + length + 2 }
    }
    case '*': {
      const replies: Reply[] = []
      let end = at
      for (let n = 0; n < Number(line); n++) {
        const read = readReply(bytes, end)
        if (read === undefined) return undefined
        replies.push(read.reply)
        end = read.end
      }
      return { reply: Number(line) < 0 ? null : replies, end }
    }
    default:
      throw new Error(`no RESP: ${line}`)
  }
}
