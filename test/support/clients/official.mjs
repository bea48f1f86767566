// The broker's own client, npm `kiteconnect` 5.3, unmodified but for the address. It keeps its socket in the module and may end the process, so
// it lives in one of its own. Reads what to do from the first argument (JSON), writes what it heard to stdout, one JSON value a line.
import { KiteTicker } from 'kiteconnect'

const { root, api_key, access_token, wishes, reconnect = false } = JSON.parse(process.argv[2])
const ticker = new KiteTicker({ api_key, access_token, root, reconnect, max_retry: 20, max_delay: 5 })
const lines = []
const tell = (line) => {
  lines.push(JSON.stringify(line))
  if (lines.length >= 1000) flush()
}
const flush = () => {
  if (lines.length > 0) process.stdout.write(`${lines.splice(0).join('\n')}\n`)
}

ticker.on('connect', () => {
  tell({ event: 'connect' })
  for (const [method, ...args] of wishes) ticker[method](...args)
})
ticker.on('ticks', (ticks) => tell({ ticks }))
ticker.on('order_update', (order) => tell({ order }))
ticker.on('error', (error) => tell({ event: 'error', message: error.message }))
ticker.on('close', (close) => {
  tell({ event: 'close', code: close.code, reason: close.reason })
  flush()
  if (!reconnect || close.reason === 'end of recording') process.exit(0)
})
ticker.connect()
