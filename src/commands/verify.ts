import { fileFlags, MdsCommand, sessionArgs, TRUST_EXIT_CODES } from './base.js'

export default class Verify extends MdsCommand {
  static override summary = 'Say of each recording whether it is what was written'
  static override description =
    `Holds every byte against the checksums of the index and the manifest beside the recording. Where there are none, only framing and packet lengths can be checked, and the verdict says so. docs/trust.md explains each verdict.

${TRUST_EXIT_CODES}`
  static override examples = [
    { description: 'A day', command: '<%= config.bin %> verify 20251005' },
    { description: 'One file, for a program', command: '<%= config.bin %> verify recording.bin --json' },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = { ...fileFlags }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Verify)
    const { runVerify, verifyLines } = await import('../io/trust/run-verify.js')
    const answer = await this.withProgress('Verify', flags.quiet, (run) => runVerify(this.recordingQuery(argv, flags), run))
    if (!this.jsonEnabled()) for (const line of verifyLines(answer)) this.log(line)
    process.exitCode = answer.exit_code
    return answer
  }
}
