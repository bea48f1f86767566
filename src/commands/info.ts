import { EXIT_CODES, MdsCommand, recordingFlags, sessionArgs } from './base.js'

export default class Info extends MdsCommand {
  static override summary = 'Tell what is in recordings: span, packets, gaps, findings'
  static override description = `Reads everything once, with the engine that builds candles, and tells what it came upon.

${EXIT_CODES}`
  static override examples = [
    { description: 'The newest day', command: '<%= config.bin %> info' },
    { description: 'One file, for a program', command: '<%= config.bin %> info recording.bin --json' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = { ...recordingFlags }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Info)
    const { infoLines, runInfo } = await import('../io/run-info.js')
    const { sessions, runs } = await this.withProgress('Info', flags.quiet, (run) =>
      runInfo(this.sessionRequest(argv, flags), run),
    )
    if (!this.jsonEnabled())
      for (const [index, session] of sessions.entries())
        for (const line of infoLines(session, runs[index]?.diagnostics.lines() ?? [])) this.log(line)
    this.report(
      runs.map(({ diagnostics }) => diagnostics),
      { quiet: true, strict: flags.strict },
    )
    return { sessions }
  }
}
