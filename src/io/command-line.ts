import { Config, Errors } from '@oclif/core'
import { EXIT } from '../core/errors.js'
import { similarTexts } from '../core/market/index.js'
import { tellError } from './tell-error.js'

/** Says that the first word is no command, and which ones are near. Every other error is thrown again. */
export async function explainCommandLine(
  words: readonly string[],
  options: { root: string; userPlugins: boolean },
  error: unknown,
): Promise<void> {
  if (error instanceof Errors.ExitError && error.oclif.exit === 0) return
  const name = words[0] ?? ''
  const config = await Config.load(options)
  if (config.findCommand(name) !== undefined) throw error
  const near = similarTexts(name, config.commandIDs, 2)
  const suggestions = near.length > 0 ? near.map((id) => `mds ${id}`) : ['mds --help']
  const message = `"${name}" is no command of mds: expected ${[...config.commandIDs].sort().join(', ')}.`
  tellError('unknown_command', { message, suggestions, exitCode: EXIT.usage }, words.includes('--json'))
}
