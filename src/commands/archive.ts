import { Flags } from '@oclif/core'
import { fileFlags, MdsCommand, sessionArgs, TRUST_EXIT_CODES } from './base.js'

export default class Archive extends MdsCommand {
  static override summary = 'Pack closed recordings, and prove it before an original goes'
  static override description =
    `Verifies each recording, packs it to .bin.zst under a temporary name, reads that back, compares it with the SHA-256 of the manifest, and only then renames it and deletes the original. Index and manifest stay. A recording that is being written, damaged or suspect is left as it is. Archives are read as they are by every command, and never deleted by this one.

${TRUST_EXIT_CODES}`
  static override examples = [
    {
      description: 'What would be done with all that is older than a week',
      command: '<%= config.bin %> archive raw_ticks --older-than 7d --dry-run',
    },
    {
      description: 'Pack now, delete the originals after 90 days',
      command: '<%= config.bin %> archive raw_ticks --delete-after 90d',
    },
  ]
  static override strict = false
  static override args = sessionArgs
  static override flags = {
    ...fileFlags,
    gzip: Flags.boolean({ summary: 'Pack to .bin.gz instead of .bin.zst' }),
    keep: Flags.boolean({ summary: 'Keep the originals' }),
    'older-than': Flags.string({ summary: 'Only recordings whose hour ended so long ago: 7d, 12h', helpValue: 'AGE' }),
    'delete-after': Flags.string({
      summary: 'Keep each original until it is so old; then delete it once its archive has been verified anew',
      helpValue: 'AGE',
      exclusive: ['keep'],
    }),
    'dry-run': Flags.boolean({ summary: 'Only say what would be done' }),
  }

  async run(): Promise<unknown> {
    const { argv, flags } = await this.parse(Archive)
    const { archiveLines, archiveWishes, runArchive } = await import('../io/trust/run-archive.js')
    const wishes = archiveWishes(flags)
    const answer = await this.withProgress('Archive', flags.quiet, (run) =>
      runArchive(this.recordingQuery(argv, flags), wishes, run),
    )
    if (!this.jsonEnabled()) for (const line of archiveLines(answer)) this.log(line)
    process.exitCode = answer.exit_code
    return answer
  }
}
