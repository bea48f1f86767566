import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect } from 'vitest'
import { type JournalEntry, readJournal } from '../../src/core/recording/index.js'

/** Recordings of a folder in the order in which they were made. */
export function recordingsIn(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.bin'))
  return names.sort((a, b) => (hourOf(a) < hourOf(b) ? -1 : hourOf(a) > hourOf(b) ? 1 : partOf(a) - partOf(b)))
}

/** Numbers of the messages of a `NumberedExchange` in a folder, heartbeats left out; fails where a record is not whole. */
export function numbersIn(folder: string): number[] {
  return recordingsIn(folder).flatMap((name) => {
    const bytes = readFileSync(join(folder, name))
    expect(wholeOf(bytes), name).toBe(bytes.length)
    return messagesOf(bytes)
      .filter((message) => message.length > 1)
      .map((message) => message.readUInt32BE(8))
  })
}

/** Whole messages, by the headers of their records alone. */
export function messagesOf(bytes: Buffer): Buffer[] {
  const messages: Buffer[] = []
  const whole = wholeOf(bytes)
  for (let at = 0, end = 0; at < whole; at = end) {
    end = at + 12 + bytes.readUInt32BE(at + 8)
    messages.push(bytes.subarray(at + 12, end))
  }
  return messages
}

/** Length of the whole records. */
export function wholeOf(bytes: Buffer): number {
  let at = 0
  while (at + 12 <= bytes.length && at + 12 + bytes.readUInt32BE(at + 8) <= bytes.length) at += 12 + bytes.readUInt32BE(at + 8)
  return at
}

/** Lines of the journals of a folder; fails where one is torn. */
export function journalIn(folder: string): JournalEntry[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.journal.jsonl'))
  return names.sort().flatMap((name) => {
    const { torn, entries } = readJournal(readFileSync(join(folder, name), 'utf8'))
    expect(torn, name).toBe(false)
    return [...entries]
  })
}

const partOf = (name: string): number => Number(/_\d{4}_(\d+)\.bin/.exec(name)?.[1] ?? 1)
const hourOf = (name: string): string => /_\d{8}_\d{4}/.exec(name)?.[0] ?? ''
