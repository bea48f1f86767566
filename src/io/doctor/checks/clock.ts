import { formatIso } from '../../../core/time/index.js'
import type { Check } from '../check.js'
import { segmentsOf } from '../segments.js'

/** 2025-01-01 and 2100-01-01: a clock outside them was never set. */
const SANE_FROM_MS = 1_735_689_600_000
const SANE_TO_MS = 4_102_444_800_000
const SLACK_MS = 2000

/** Every record is stamped by this clock. */
export const checkClock: Check = {
  id: 'clock',
  concerns: 'machine',
  async run({ ports, now_ms, folder }) {
    const now = formatIso(now_ms - (now_ms % 1000))
    const tries = ['sudo timedatectl set-ntp true']
    if (now_ms < SANE_FROM_MS || now_ms > SANE_TO_MS)
      return { state: 'fail', text: `Expected a clock that is set, found ${now}.`, tries }
    const ahead = (await segmentsOf(await folder())).find(({ changed_ms }) => changed_ms > now_ms + SLACK_MS)
    if (ahead !== undefined)
      return {
        state: 'warn',
        text: `The clock says ${now}, but ${ahead.path} was written later than that: it was set back.`,
        tries,
      }
    const synchronised = await ports.isClockSynchronised()
    if (synchronised === false) return { state: 'warn', text: `${now}, and nothing keeps it right.`, tries }
    return {
      state: 'ok',
      text: `${now}${synchronised === true ? ', synchronised' : '; whether it is synchronised is not known'}.`,
    }
  },
}
