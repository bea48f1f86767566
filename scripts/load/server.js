// Sends a steady load of Kite messages to every client, and keeps count of what it sent: the other side of `scripts/load.js`.
// Takes one JSON argument, tells its port on the first line of standard output and its ledger on the second, when all is sent.
import { createHash } from 'node:crypto'
import { WebSocketServer } from 'ws'

const { clients, tokens, seconds, burst_from, burst_seconds, burst, flood } = JSON.parse(process.argv[2])
const TICK_MS = 100
const PACKET_BYTES = 184
const PACKETS_MAX = 300
/** What a ring of 64 MiB holds, if the disk takes nothing meanwhile. */
const BURST_PACKETS = 300_000
const FLOOD_BYTES = 4 * 1024 * 1024

const ready = []
const server = new WebSocketServer({ host: '127.0.0.1', port: 0, perMessageDeflate: false })
server.on('listening', () => console.log(server.address().port))
server.on('connection', (socket) => {
  const client = { socket, tokens: [], hash: createHash('sha256'), messages: 0, packets: 0, bytes: 0, next: 0 }
  const beat = setInterval(() => socket.send(Buffer.from([0])), 1000)
  socket.on('close', () => clearInterval(beat))
  socket.on('message', (text) => {
    const { a, v } = JSON.parse(String(text))
    if (a === 'subscribe') client.tokens.push(...v)
    if (a !== 'mode' || client.tokens.length < tokens || ready.includes(client)) return
    ready.push(client)
    if (ready.length === clients) (flood === undefined ? play() : pour()).then(tell)
  })
})

/** `flood` packets to each as fast as the clients take them; asks whoever started us to go on after each burst. */
async function pour() {
  let left = flood
  while (left > 0) {
    for (let burst = Math.min(left, BURST_PACKETS); burst > 0; burst -= PACKETS_MAX) {
      for (const client of ready) {
        send(client, Math.min(burst, PACKETS_MAX))
        while (client.socket.bufferedAmount > FLOOD_BYTES) await new Promise((resolve) => setImmediate(resolve))
      }
    }
    left -= BURST_PACKETS
    console.log(ready.reduce((sum, { bytes, messages }) => sum + bytes + 12 * messages, 0))
    await new Promise((resolve) => process.stdin.once('data', resolve))
  }
  process.stdin.unref()
}

/** Ticks are due by the clock from the start: one that is late is made up for at once. */
async function play() {
  const begun = performance.now()
  for (let tick = 1; tick <= seconds * 10; tick++) {
    const second = tick / 10
    const factor = second > burst_from && second <= burst_from + burst_seconds ? burst : 1
    const wait = begun + tick * TICK_MS - performance.now()
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait))
    for (const client of ready) send(client, Math.round((client.tokens.length / 10) * factor))
  }
}

async function tell() {
  for (const { socket } of ready) while (socket.bufferedAmount > 0) await new Promise((resolve) => setTimeout(resolve, 10))
  const ledger = ready.map(({ tokens, hash, messages, packets, bytes }) => ({
    first_token: Math.min(...tokens),
    messages,
    packets,
    bytes,
    sha256: hash.digest('hex'),
  }))
  console.log(JSON.stringify(ledger))
}

function send(client, packets) {
  for (let left = packets; left > 0; left -= PACKETS_MAX) {
    const count = Math.min(left, PACKETS_MAX)
    const message = Buffer.alloc(2 + count * (2 + PACKET_BYTES))
    message.writeUInt16BE(count, 0)
    const now_s = Math.floor(Date.now() / 1000)
    for (let n = 0; n < count; n++) {
      const at = 2 + n * (2 + PACKET_BYTES)
      const turn = Math.floor(client.next / client.tokens.length)
      message.writeUInt16BE(PACKET_BYTES, at)
      message.writeUInt32BE(client.tokens[client.next % client.tokens.length], at + 2)
      message.writeUInt32BE(100_000 + (turn % 500), at + 6)
      message.writeUInt32BE(turn * 10, at + 18)
      message.writeUInt32BE(now_s, at + 46)
      message.writeUInt32BE(now_s, at + 62)
      client.next++
    }
    client.hash.update(message)
    client.messages++
    client.packets += count
    client.bytes += message.length
    client.socket.send(message)
  }
}
