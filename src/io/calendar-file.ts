import { usageError } from '../core/errors.js'
import { type Calendar, createCalendar } from '../core/market/index.js'
import { packageFile } from './package-file.js'
import { readUserFile } from './read-user-file.js'

export interface CalendarFile {
  readonly calendar: Calendar
  readonly path: string
  /** As read: its hash is part of the effective config. */
  readonly bytes: Uint8Array
}

/** The trading calendar of `path`, or the one that ships with mds. */
export async function loadCalendar(path: string = packageFile('config/calendar.json')): Promise<CalendarFile> {
  const bytes = await readUserFile(path, {
    what: 'calendar',
    suggestion: 'Leave the calendar out to use the one that ships with mds.',
  })
  return { calendar: createCalendar(parsed(bytes.toString('utf8'), path), path), path, bytes }
}

function parsed(text: string, path: string): unknown {
  try {
    return JSON.parse(text.replace(/^\ufeff/, ''))
  } catch (error) {
    throw usageError(
      'bad_calendar',
      `${path}: expected JSON, found text that is none (${error instanceof Error ? error.message : error}).`,
    )
  }
}
