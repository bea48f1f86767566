import { createHash } from 'node:crypto'
import { extname } from 'node:path'
import { MdsError, usageError } from '../core/errors.js'
import { PluginModules, SourceError, type Transform } from './plugin-modules.js'
import { readUserFile } from './read-user-file.js'

/** A file of the user's own whose default export takes part in a run. */
export interface LoadedPlugin {
  /** As the user gave it. */
  readonly path: string
  /**
   * Says which code ran. The SHA-256 of the file, as `sha256sum plugin.ts` prints it; of a plugin that imports other local files, the SHA-256 of
   * the list `sha256sum` prints of them all: the plugin first, then the others, paths from its folder, sorted by their bytes. Packages and what
   * is imported for its types only are not in it.
   */
  readonly sha256: string
  readonly value: unknown
}

const EXTENSIONS = ['.ts', '.mts', '.js', '.mjs', '.cjs']
const EXAMPLE = 'export default { ... }'

/**
 * Loads plugins in the order given. Clocks, chance and timers are guarded from then on, so what a plugin captures while it loads is too. TypeScript needs no flag and is not type-checked. Writes
 * nothing: no cache, no temporary file.
 */
export async function loadPlugins(paths: readonly string[]): Promise<LoadedPlugin[]> {
  if (paths.length === 0) return []
  const transform = await loadTransform()
  const plugins: LoadedPlugin[] = []
  for (const path of paths) plugins.push(await loadPlugin(path, transform))
  return plugins
}

async function loadPlugin(path: string, transform: Transform): Promise<LoadedPlugin> {
  const bytes = await readUserFile(path, { what: 'plugin', suggestion: 'name a .ts or .js file' })
  const extension = extname(path)
  if (!EXTENSIONS.includes(extension))
    throw usageError(
      'plugin_type',
      `Expected the plugin ${path} to be one of ${EXTENSIONS.join(', ')}, found ${extension === '' ? 'no ending' : extension}.`,
      'name a .ts or .js file',
    )
  if (bytes.toString('utf8').trim() === '')
    throw usageError('plugin_empty', `The plugin ${path} is empty, expected a default export.`, EXAMPLE)
  const modules = new PluginModules(path, bytes, transform)
  const exports = exportsOf(modules)
  return { path, sha256: identityOf(modules.files), value: defaultOf(exports, path) }
}

function exportsOf(modules: PluginModules): unknown {
  try {
    return modules.load()
  } catch (error) {
    if (error instanceof MdsError) throw error
    const reason = error instanceof Error ? error.message : String(error)
    throw usageError(
      'plugin_threw',
      `${modules.placeOf(error)}: expected the plugin to load, found that it throws: ${reason}.`,
      'a plugin only exports what it defines; leave the work to its functions',
    )
  }
}

function defaultOf(exports: unknown, path: string): unknown {
  const names = typeof exports === 'object' && exports !== null ? Object.keys(exports) : []
  const is_module = typeof exports === 'object' && exports !== null && '__esModule' in exports
  if (is_module ? !names.includes('default') : typeof exports === 'object' && names.length === 0)
    throw usageError(
      'plugin_no_default',
      `The plugin ${path} has no default export${names.length === 0 ? '' : `; it exports ${names.join(', ')}`}.`,
      EXAMPLE,
    )
  const value: unknown = is_module ? Reflect.get(exports, 'default') : exports
  const found = Array.isArray(value) ? 'a list' : value === null || value === undefined ? String(value) : `a ${typeof value}`
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw usageError('plugin_not_object', `Expected the default export of ${path} to be an object, found ${found}.`, EXAMPLE)
  return value
}

/** `files` has the plugin first. */
function identityOf(files: ReadonlyMap<string, Uint8Array>): string {
  const [main, ...others] = [...files].map(([path, bytes]) => ({ path, hash: sha256(bytes) }))
  if (main === undefined || others.length === 0) return main?.hash ?? ''
  others.sort((a, b) => Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)))
  return sha256([main, ...others].map(({ path, hash }) => `${hash}  ${path}\n`).join(''))
}

const sha256 = (bytes: Uint8Array | string): string => createHash('sha256').update(bytes).digest('hex')

/** What `jiti` puts in the place of code that does not parse; `column` from 0. */
const FAILED = 'exports.__JITI_ERROR__ = '

/** Loaded only when there is a plugin: it brings a whole parser, 0.1 s. Its own loader is not used: it does not tell which files it took. */
async function loadTransform(): Promise<Transform> {
  const { createJiti } = await import('jiti')
  // all said, since it would look for what is not said in the environment
  const jiti = createJiti(import.meta.url, { fsCache: false, debug: false, jsx: false, sourceMaps: false, interopDefault: true })
  return ({ text, path, typescript }) => {
    const code = jiti.transform({ source: text, filename: path, ts: typescript, retainLines: true })
    if (!code.startsWith(FAILED)) return code
    const { message, line, column } = JSON.parse(code.slice(FAILED.length))
    throw new SourceError(String(message), Number(line), Number(column) + 1)
  }
}
