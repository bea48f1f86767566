import { type Interval, parseInterval } from '../../core/candles/index.js'
import { usageError } from '../../core/errors.js'
import type { DetectorFault } from '../../core/patterns/index.js'
import { dayPage, reportPage } from '../../core/report/index.js'
import { formatDate } from '../../core/time/index.js'
import { findRecordings } from '../find-recordings.js'
import { refuseInputAsOutput } from '../inputs.js'
import { openFile, openStdout } from '../output.js'
import type { RunListener, SessionRun } from '../run-sessions.js'
import { shellWord } from '../shell-word.js'
import { readSignalConfig } from '../signals/signal-config.js'
import { collectDay, type ReportWords } from './collect-day.js'
import { loadPageAssets } from './page-assets.js'

export interface ReportSummary {
  readonly output: string
  readonly bytes: number
  readonly instruments: number
  readonly alerts: number
  readonly config_hash: string | undefined
  readonly faults: readonly DetectorFault[]
  readonly run: SessionRun
}

/** One day to one page, which appears whole or not at all. */
export async function runReport(words: ReportWords, run: RunListener): Promise<ReportSummary> {
  const interval = minutesOf(words.tf)
  const config = words.alerts ? await readSignalConfig(words) : undefined
  refuseInputAsOutput(words.output, words)
  refuseSeveralDays(words)
  const assets = loadPageAssets()
  const sink = words.output === undefined || words.output === '-' ? openStdout() : openFile(words.output)
  try {
    const { report, faults, session_run } = await collectDay({ words, config, interval }, run)
    const bytes = Buffer.from(reportPage(dayPage(report, assets)))
    sink.write(bytes)
    sink.finish()
    return {
      output: words.output ?? '-',
      bytes: bytes.length,
      instruments: report.instruments.length,
      alerts: report.instruments.flatMap(({ alerts }) => alerts).filter(({ state }) => state === 'emitted').length,
      config_hash: report.signals?.config_hash,
      faults,
      run: session_run,
    }
  } catch (error) {
    sink.abort()
    throw error
  }
}

function minutesOf(tf: string): Interval {
  const interval = parseInterval(tf)
  if (Number.isFinite(interval.length_s)) return interval
  throw usageError('bad_interval', `--tf ${tf}: expected bars within the day, from 1m on.`, '--tf 5m')
}

function refuseSeveralDays({ recordings }: ReportWords): void {
  const { sessions } = findRecordings({ ...recordings })
  if (sessions.length <= 1) return
  const days = sessions.map(({ day }) => (day === undefined ? 'a file without a date' : formatDate(day)))
  const [first] = sessions
  throw usageError(
    'several_days',
    `A report is of one day, found ${days.length}: ${days.slice(0, 5).join(', ')}${days.length > 5 ? ' ...' : ''}.`,
    `mds report ${first?.day === undefined ? shellWord(first?.files[0]?.path ?? '') : formatDate(first.day)} -o day.html`,
  )
}
