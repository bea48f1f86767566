import type { Check } from './check.js'
import { checkCalendar } from './checks/calendar.js'
import { checkClock } from './checks/clock.js'
import { checkConnect } from './checks/connect.js'
import { checkFiles } from './checks/files.js'
import { checkFolder } from './checks/folder.js'
import { checkInstruments } from './checks/instruments.js'
import { checkMaster } from './checks/master.js'
import { checkMessages } from './checks/messages.js'
import { checkNode } from './checks/node.js'
import { checkProfile } from './checks/profile.js'
import { checkRedis } from './checks/redis.js'
import { checkStream } from './checks/stream.js'
import { checkToken } from './checks/token.js'
import { checkWriter } from './checks/writer.js'

/** The checklist of a capture, in the order in which one thing rests on another. One file, one line here. */
export const CHECKS: readonly Check[] = [
  checkNode,
  checkClock,
  checkProfile,
  checkToken,
  checkFolder,
  checkWriter,
  checkCalendar,
  checkMaster,
  checkInstruments,
  checkConnect,
  checkRedis,
  checkFiles,
  checkMessages,
  checkStream,
]
