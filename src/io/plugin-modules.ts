import { readFileSync, realpathSync } from 'node:fs'
import { createRequire, isBuiltin } from 'node:module'
import { dirname, extname, join, relative, resolve, sep } from 'node:path'
import { fileURLToPath } from 'node:url'
import { compileFunction } from 'node:vm'
import { usageError } from '../core/errors.js'
import { withAmbient, withoutAmbient } from './forbid-ambient.js'
import { importedNames } from './imported-names.js'
import { statPath } from './stat-path.js'

/** ES module or TypeScript in, CommonJS out, line by line; a syntax error is thrown as a `SourceError`. */
export type Transform = (source: { text: string; path: string; typescript: boolean }) => string

/** Where a source does not parse; both from 1. */
export class SourceError extends Error {
  readonly line: number
  readonly column: number

  constructor(message: string, line: number, column: number) {
    super(message)
    this.line = line
    this.column = column
  }
}

interface PluginModule {
  exports: unknown
  /** What its imports gave it, and the names it takes from them. */
  readonly imports: Map<string, unknown>
  names: ReadonlyMap<string, ReadonlySet<string>>
}

const TYPESCRIPT = /\.[cm]?ts$/
/** What an import may leave out, in the order in which it is tried. */
const ENDINGS = ['.ts', '.mts', '.js', '.mjs', '.cjs', '.cts', '.json']
/** TypeScript names the file that it would write: `./levels.js` is `levels.ts`. */
const WRITTEN_AS: Readonly<Record<string, string>> = { '.js': '.ts', '.mjs': '.mts', '.cjs': '.cts' }
const PARAMETERS = ['exports', 'require', 'module', '__filename', '__dirname', 'jitiImport', 'jitiESMResolve']

/**
 * The files of one plugin: each is read once, and what was read is what runs and what is hashed. They are modules of their own, also where two
 * plugins share a neighbour. Imports of packages and of Node go to Node.
 */
export class PluginModules {
  readonly #main: string
  readonly #shown: string
  readonly #transform: Transform
  readonly #modules = new Map<string, PluginModule>()
  /** In the order in which they were met. */
  readonly #bytes = new Map<string, Uint8Array>()
  #is_loaded = false

  /** `path` as the user gave it, which is how messages call it; `bytes` are what was read from there. */
  constructor(path: string, bytes: Uint8Array, transform: Transform) {
    this.#main = realpathSync(path)
    this.#shown = path
    this.#transform = transform
    this.#bytes.set(this.#main, bytes)
  }

  /** What the file exports; throws what it throws. No clock, no chance and no timers while its code runs. */
  load(): unknown {
    const { exports } = this.#load(this.#main)
    this.#is_loaded = true
    for (const path of this.#modules.keys()) this.#checkNames(path)
    return exports
  }

  /** The bytes of all files by their path from the folder of the plugin, with `/`. Complete once loaded: nothing can be imported later. */
  get files(): ReadonlyMap<string, Uint8Array> {
    const folder = dirname(this.#main)
    return new Map([...this.#bytes].map(([path, bytes]) => [relative(folder, path).split(sep).join('/'), bytes]))
  }

  /** The line of ours that an error came from: `levels.ts:12`; the plugin itself when none is known. */
  placeOf(error: unknown): string {
    const stack = error instanceof Error ? (error.stack ?? '') : ''
    for (const line of stack.split('\n'))
      for (const path of this.#bytes.keys()) {
        const at = line.indexOf(`${path}:`)
        const number = /^\d+/.exec(line.slice(at + path.length + 1))
        if (number !== null && (at === 0 || (at > 0 && /[ (]/.test(line[at - 1] ?? ''))))
          return `${this.#named(path)}:${number[0]}`
      }
    return this.#shown
  }

  #load(path: string): PluginModule {
    const known = this.#modules.get(path)
    if (known !== undefined) return known
    const bytes = this.#bytes.get(path) ?? readFileSync(path)
    const module: PluginModule = { exports: {}, imports: new Map(), names: new Map() }
    this.#bytes.set(path, bytes)
    this.#modules.set(path, module)
    const text = new TextDecoder().decode(bytes)
    if (extname(path) === '.json') module.exports = this.#parsed(text, path)
    else this.#run(this.#compiled(text, path, module), module, path)
    return module
  }

  #parsed(text: string, path: string): unknown {
    try {
      return JSON.parse(text)
    } catch (error) {
      throw this.#syntaxError(this.#named(path), 'JSON', error)
    }
  }

  #compiled(text: string, path: string, module: PluginModule): ReturnType<typeof compileFunction> {
    const typescript = TYPESCRIPT.test(path)
    let code = text
    try {
      if (extname(path) !== '.cjs') code = this.#transform({ text, path, typescript })
      module.names = importedNames(code)
      return compileFunction(code, PARAMETERS, { filename: path })
    } catch (error) {
      const has_place = error instanceof SourceError
      const place = has_place ? `${this.#named(path)}:${error.line}:${error.column}` : this.placeOf(error)
      if (!has_place && awaits(code))
        throw usageError(
          'plugin_syntax',
          `${place}: a plugin waits for nothing, found an await at the top level.`,
          'leave it out',
        )
      throw this.#syntaxError(place, typescript ? 'TypeScript' : 'JavaScript', error)
    }
  }

  #syntaxError(place: string, language: string, error: unknown): Error {
    const reason = error instanceof Error ? error.message.trim().replace(/\.$/, '') : String(error)
    return usageError('plugin_syntax', `${place}: expected ${language}, found a syntax error: ${reason}.`, `mend ${place}`)
  }

  #run(code: ReturnType<typeof compileFunction>, module: PluginModule, path: string): void {
    const require = (specifier: string): unknown => {
      const exports = withAmbient(() => this.#import(specifier, path))
      module.imports.set(specifier, exports)
      return exports
    }
    const later = (): never => {
      throw new Error('import() and import.meta.resolve are not for plugins: import at the top of the file')
    }
    withoutAmbient('a plugin that loads', () => code(module.exports, require, module, path, dirname(path), later, later))
  }

  #import(specifier: string, importer: string): unknown {
    if (this.#is_loaded) throw new Error(`${specifier} is imported too late: import at the top of the file`)
    if (isBuiltin(specifier)) return createRequire(importer)(specifier)
    if (!/^(\.{0,2}\/|\.{1,2}$|file:)/.test(specifier)) return this.#importPackage(specifier, importer)
    const path = localFile(specifier, importer)
    if (path !== undefined) return this.#load(path).exports
    throw usageError(
      'plugin_import',
      `${this.#named(importer)} imports ${JSON.stringify(specifier)}, but there is no such file (nor with ${ENDINGS.join(', ')}).`,
      'mend the import, or put the file there',
    )
  }

  /** When all have run: files may import each other. What is no ES module has any default. */
  #checkNames(path: string): void {
    const { imports, names } = this.#modules.get(path)!
    for (const [specifier, exports] of imports) {
      const given: object = Object(exports)
      const missing = [...(names.get(specifier) ?? [])].filter(
        (name) => !(name in given) && (name !== 'default' || '__esModule' in given),
      )
      if (missing.length === 0) continue
      throw usageError(
        'plugin_import',
        `${this.#named(path)} imports ${missing.join(', ')} from ${JSON.stringify(specifier)}, which exports ${Object.keys(given).sort().join(', ') || 'nothing'}.`,
        'mend the name; a type is imported with `import type`',
      )
    }
  }

  #importPackage(specifier: string, importer: string): unknown {
    const require = createRequire(importer)
    try {
      require.resolve(specifier)
    } catch (error) {
      const is_missing = error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND'
      throw usageError(
        'plugin_import',
        `${this.#named(importer)} imports the package ${JSON.stringify(specifier)}, which ${is_missing ? 'is not installed beside it' : `does not load: ${error}`}.`,
        specifier === 'mds' ? "import type { ... } from 'mds'" : `npm install ${specifier}, in the folder of the plugin`,
      )
    }
    return require(specifier)
  }

  #named(path: string): string {
    return path === this.#main ? this.#shown : join(dirname(this.#shown), relative(dirname(this.#main), path))
  }
}

/** Code that would run if only it were in an async function. */
function awaits(code: string): boolean {
  try {
    compileFunction(`async () => {${code}\n}`, PARAMETERS)
    return true
  } catch {
    return false
  }
}

/** The file that an import of another file means; links are followed, so that a file is one module by whatever name. */
function localFile(specifier: string, importer: string): string | undefined {
  const path = specifier.startsWith('file:') ? fileURLToPath(specifier) : resolve(dirname(importer), specifier)
  const ending = extname(path)
  const source = WRITTEN_AS[ending]
  const found = [
    path,
    ...(source === undefined ? [] : [path.slice(0, -ending.length) + source]),
    ...ENDINGS.map((end) => path + end),
    ...ENDINGS.map((end) => join(path, `index${end}`)),
  ].find((candidate) => statPath(candidate)?.isFile())
  return found === undefined ? undefined : realpathSync(found)
}
