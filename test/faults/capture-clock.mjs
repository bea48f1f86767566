// Rows 33 and 34 with the real capture and a clock of its own (libfaketime): it is set while messages flow, and it passes an hour and midnight, IST.
// `node test/faults/capture-clock.mjs`

import { readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { recordings, recordsOf, report, scratch, sleep, until } from './lib.mjs'
import {
  accountsOf,
  fakeClock,
  inTime,
  mds,
  messagesIn,
  NumberedExchange,
  segmentName,
  settled,
  startCapture,
  toldBy,
} from './real.mjs'

const RATE = 3000
if (fakeClock({}) === undefined) {
  console.log('SKIP: libfaketime is not installed')
  process.exit(0)
}
const calendar = join(scratch, 'calendar.json')

/** What is said of times and files. */
function timesOf(folder) {
  const failures = []
  let last_ms = 0
  for (const name of inTime(recordings(folder))) {
    const { records } = recordsOf(readFileSync(join(folder, name)))
    if (records.length === 0) failures.push(`${name} is empty`)
    for (const { received_ms } of records) {
      if (received_ms < last_ms) failures.push(`${name}: times go back`)
      last_ms = received_ms
    }
    const strays = records.filter(
      ({ received_ms }) => segmentName(received_ms) !== name.replace(/_\d+\.bin$/, (part) => part.replace(/_[2-9]\.bin/, '.bin')),
    )
    if (strays.length > 0) failures.push(`${name}: ${strays.length} records of another hour`)
  }
  return failures
}

/** A capture whose clock begins at `from_ms`, 5 s before something. */
async function pass(name, from_ms, verdict) {
  openAllDay([from_ms, from_ms + 60_000])
  const shift_ms = from_ms - Date.now()
  const exchange = await NumberedExchange.open({ rate: RATE, timeOf: () => Date.now() + shift_ms })
  const data_dir = join(scratch, name)
  const at = new Date(from_ms).toISOString().slice(0, 19).replace('T', ' ')
  const capture = startCapture(exchange.url, data_dir, {
    env: fakeClock({ FAKETIME: `@${at}` }),
    args: ['--candles', '1m', '--calendar', calendar],
  })
  const { folder } = capture
  const failures = []
  if (!(await until(() => exchange.sent > 0))) failures.push(`nothing is recorded: ${capture.stderr}`)
  await until(() => exchange.sent > RATE * 10)
  await settled(exchange, folder)
  await sleep(1500)
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  exchange.close()
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  failures.push(...accountsOf(folder, exchange), ...timesOf(folder))
  const { code: verified, stdout } = mds(['verify', folder], { ok: [4] })
  if (verified !== 0) failures.push(`verify: ${stdout}`)
  const files = readdirSync(folder).filter((each) => each.endsWith('.candles.ndjson'))
  const live = files
    .sort()
    .map((each) => readFileSync(join(folder, each), 'utf8'))
    .join('')
  const made = mds(['candles', folder, '--tf', '1m', '--calendar', calendar, '--format', 'ndjson', '-q']).stdout
  if (live !== made || live === '')
    failures.push(`live candles (${live.length} bytes) are not those made later (${made.length} bytes)`)
  failures.push(...verdict(folder, files))
  const counts = inTime(recordings(folder)).map(
    (file) => `${file.slice(7)}: ${messagesIn(folder).filter((each) => each.file === file).length}`,
  )
  report(name, failures, `${exchange.sent} messages at ${RATE}/s, ${counts.join(', ')}; live candles equal`, 'capture')
}

/** Trading around the clock on these days: there are candles to compare. */
function openAllDay(days) {
  const path = join(dirname(fileURLToPath(import.meta.url)), '../../config/calendar.json')
  const open = JSON.parse(readFileSync(path, 'utf8'))
  for (const date of new Set(days.map((at_ms) => new Date(at_ms + 19_800_000).toISOString().slice(0, 10))))
    open.special_sessions.push({
      ...{ date, applies_to: ['equity'], hours: 'own', source: 'this script', verified: false },
      phases: [{ phase: 'continuous', start: '00:00', end: '24:00' }],
    })
  writeFileSync(calendar, JSON.stringify(open))
}

const count = (what, found, expected) => (found === expected ? [] : [`${found} ${what}, not ${expected}`])
await pass('hour-rotation', Date.parse('2026-10-05T09:59:55+05:30'), (folder) => [
  ...count('recordings', recordings(folder).length, 2),
  ...count('journals', readdirSync(folder).filter((name) => name.endsWith('.journal.jsonl')).length, 1),
])
await pass('midnight-rotation', Date.parse('2026-10-05T23:59:55+05:30'), (folder, files) => [
  ...count('recordings', recordings(folder).length, 2),
  ...count('journals', readdirSync(folder).filter((name) => name.endsWith('.journal.jsonl')).length, 2),
  ...count('files of candles', files.length, 2),
])

{
  const clock = join(scratch, 'clock')
  writeFileSync(clock, '+0')
  const exchange = await NumberedExchange.open({ rate: RATE })
  const capture = startCapture(exchange.url, join(scratch, 'steps'), {
    env: { ...fakeClock({ FAKETIME_TIMESTAMP_FILE: clock, FAKETIME_CACHE_DURATION: '1' }), FAKETIME_NO_CACHE: '0' },
  })
  const { folder } = capture
  const failures = []
  await until(() => exchange.sent > RATE)
  const steps = async (words, times) => {
    writeFileSync(clock, words)
    if (!(await until(() => toldBy(folder, 'clock_step').length >= times, 10_000)))
      failures.push(`no line says that the clock was set to ${words}`)
    const sent = exchange.sent
    await until(() => exchange.sent > sent + RATE)
  }
  await steps('+3600', 1)
  await steps('+3570', 2)
  await settled(exchange, folder)
  capture.child.kill('SIGTERM')
  const { code } = await capture.ended
  exchange.close()
  if (code !== 0) failures.push(`ends with ${code}: ${capture.stderr}`)
  failures.push(...accountsOf(folder, exchange), ...timesOf(folder))
  const deltas = toldBy(folder, 'clock_step').map(({ delta_ms }) => delta_ms)
  if (!(Math.abs(deltas[0] - 3_600_000) < 3000 && deltas.slice(1).some((delta) => Math.abs(delta + 30_000) < 3000)))
    failures.push(`steps of ${deltas} ms are told`)
  const hours = new Set(recordings(folder).map((name) => /_\d{8}_\d{4}/.exec(name)[0])).size
  if (hours !== 2) failures.push(`${hours} hours`)
  report(
    'clock-steps',
    failures,
    `${exchange.sent} messages at ${RATE}/s, the clock set by ${deltas.join(' and ')} ms: in ${hours} hours, times never go back`,
    'capture',
  )
}
