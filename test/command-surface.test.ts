import { readFileSync } from 'node:fs'
import { beforeAll, expect, test } from 'vitest'
import { ensureBuilt } from './support/cli.js'

interface Manifest {
  commands: Record<
    string,
    { id: string; aliases: string[]; hidden: boolean; args: Record<string, object>; flags: Record<string, Flag> }
  >
}
interface Flag {
  name: string
  char?: string
  type: 'boolean' | 'option'
  options?: string[]
  default?: unknown
  multiple?: boolean
  required?: boolean
  env?: string
  aliases?: string[]
  exclusive?: string[]
}

beforeAll(ensureBuilt)

/** A flag once published is an interface: whoever removes or renames one sees it here, and in the review. */
test('commands, arguments and flags change only on purpose', async () => {
  const { commands }: Manifest = JSON.parse(readFileSync('oclif.manifest.json', 'utf8'))
  const lines = Object.values(commands)
    .sort((a, b) => (a.id < b.id ? -1 : 1))
    .flatMap(({ id, aliases, hidden, args, flags }) => [
      [
        id,
        ...Object.keys(args).map((name) => `[${name}]`),
        ...aliases.map((alias) => `alias ${alias}`),
        ...(hidden ? ['hidden'] : []),
      ].join(' '),
      ...Object.values(flags).map((flag) => `  ${lineOf(flag)}`),
    ])
  await expect(`${lines.join('\n')}\n`).toMatchFileSnapshot('./command-surface.txt')
})

function lineOf(flag: Flag): string {
  return [
    `--${flag.name}`,
    ...(flag.char === undefined ? [] : [`-${flag.char}`]),
    ...(flag.aliases ?? []).map((alias) => `alias --${alias}`),
    ...(flag.type === 'option' ? [flag.options?.join('|') ?? 'VALUE'] : []),
    ...(flag.multiple === true ? ['repeated'] : []),
    ...(flag.required === true ? ['required'] : []),
    ...(flag.default === undefined ? [] : [`default ${String(flag.default)}`]),
    ...(flag.env === undefined ? [] : [`env ${flag.env}`]),
    ...(flag.exclusive === undefined ? [] : [`excludes ${flag.exclusive.join(', ')}`]),
  ].join('  ')
}
