import { posix } from 'node:path'
import ts from 'typescript'

/** A source file by its path from the root of the repository, with `/`. */
export interface SourceFile {
  readonly path: string
  readonly text: string
}

interface Import {
  readonly line: number
  readonly specifier: string
  readonly type_only: boolean
}

interface Parsed {
  readonly source: ts.SourceFile
  readonly imports: readonly Import[]
}

/** Folders of the core from low to high, and what each may import besides `errors`, `assert`, `diagnostics` and `escaped`. A new folder needs its line here. */
const LAYERS: Readonly<Record<string, readonly string[]>> = {
  time: [],
  stats: [],
  market: ['time'],
  wire: ['market'],
  recording: ['wire', 'time'],
  trust: ['recording', 'wire', 'time'],
  volume: ['wire', 'market', 'time'],
  flow: ['wire', 'market'],
  candles: ['flow', 'volume', 'wire', 'market', 'time'],
  candlesticks: ['market'],
  indicators: ['stats', 'candlesticks', 'flow', 'market', 'time'],
  options: ['stats', 'market', 'time'],
  patterns: ['options', 'indicators', 'candlesticks', 'flow', 'market', 'time'],
  baseline: ['candles', 'patterns', 'options', 'indicators', 'wire', 'market', 'time'],
  alerts: ['patterns', 'market', 'time'],
  why: ['alerts', 'patterns', 'market', 'time'],
  validate: ['alerts', 'patterns', 'recording', 'market', 'time'],
  worth: ['validate', 'charges', 'alerts', 'patterns', 'options', 'stats', 'market', 'time'],
  feed: ['recording', 'wire', 'market', 'time'],
  formats: ['market', 'wire', 'time'],
  compare: ['alerts', 'formats', 'recording', 'wire', 'market', 'time'],
  profile: ['feed', 'market', 'time'],
  charges: ['market', 'time'],
  reconcile: ['market', 'time'],
  replay: ['time'],
  serve: ['feed', 'replay', 'recording', 'wire', 'market', 'time'],
  synth: ['recording', 'wire', 'market', 'time'],
  engine: ['alerts', 'patterns', 'options', 'indicators', 'flow', 'candles', 'volume', 'recording', 'wire', 'market', 'time'],
  report: ['view', 'engine', 'alerts', 'patterns', 'indicators', 'candles', 'volume', 'market', 'time'],
  view: ['why', 'patterns', 'engine', 'replay', 'candles', 'options', 'wire', 'market', 'time'],
}
const CORE_FILES: readonly string[] = ['errors', 'assert', 'diagnostics', 'escaped', 'random']

/** Names that bring a clock, a machine, chance or waiting into the core, and what to use in their place. */
const BANNED: Readonly<Record<string, string>> = {
  Date: 'integer milliseconds and src/core/time',
  performance: 'a time given as a parameter',
  process: 'a parameter; src/io reads the environment',
  Intl: 'the arithmetic of src/core/time and the texts of src/core/formats',
  setTimeout: 'virtual time',
  setInterval: 'virtual time',
  setImmediate: 'virtual time',
  queueMicrotask: 'a direct call',
  Promise: 'a plain value; src/io waits',
  Buffer: 'Uint8Array and DataView',
  console: 'a value given back, or a diagnostic',
  require: 'an import at the top of the file',
}
const BANNED_MEMBERS: Readonly<Record<string, string>> = {
  'Math.random': 'a seeded generator given as a parameter',
  'Math.pow': 'multiplication: powers differ between machines',
}
const BANNED_METHODS: Readonly<Record<string, string>> = {
  localeCompare: '< and >, which compare code units the same everywhere',
  toLocaleString: 'the texts of src/core/formats',
  toLocaleDateString: 'formatDate of src/core/time',
  toLocaleTimeString: 'formatClock of src/core/time',
  toLocaleUpperCase: 'toUpperCase',
  toLocaleLowerCase: 'toLowerCase',
}
/** `// tidy-ok: why` at the end of a line lets its banned name pass. */
const OPT_OUT = /\/\/ tidy-ok: \S/

// Put together from parts, since this file is searched too.
const LEFTOVERS: readonly RegExp[] = [
  new RegExp(`\\b(${['TO' + 'DO', 'FIX' + 'ME', 'XX' + 'X', 'HA' + 'CK'].join('|')})\\b`),
  new RegExp(`\\.(${['on' + 'ly', 'sk' + 'ip', 'to' + 'do'].join('|')})\\(['"\`(\\[]`),
  new RegExp(`@ts-${'(ignore|nocheck|expect-error)'}`),
  new RegExp(`\\b${'debug' + 'ger'}\\b`),
]
const MACHINE_TRACES: readonly RegExp[] = [
  new RegExp(`/(${['wo' + 'rk', 'ho' + 'me', 'ro' + 'ot', 'Us' + 'ers'].join('|')})/[\\w.]`),
  new RegExp(`/tm${'p/'}[\\w.]`),
  new RegExp(`\\b[A-Z]:${'\\\\'}\\w`),
  new RegExp(`https?://[^\\s'"]*(${['regi' + 'stry', 'npm' + 'mirror', 'arti' + 'factory', 'ne' + 'xus'].join('|')})`, 'i'),
  /\b(?:10|127|192\.168)\.\d{1,3}\.\d{1,3}(?:\.\d{1,3})?:\d{2,5}\b/,
]

/** All breaches of the rules about source files, one line each. */
export function breaches(files: readonly SourceFile[]): string[] {
  const parsed = new Map(files.map((file) => [file.path, parse(file)]))
  return [
    ...files.flatMap((file) => directionBreaches(file.path, (parsed.get(file.path) as Parsed).imports, parsed)),
    ...files.flatMap((file) => (isCore(file.path) ? bannedNames(file.path, (parsed.get(file.path) as Parsed).source) : [])),
    ...files.flatMap((file) => (isCore(file.path) ? undocumented(file.path, (parsed.get(file.path) as Parsed).source) : [])),
    ...cycles(parsed),
    ...deadFiles(parsed),
  ]
}

/** Leftovers and traces of a machine in any text of the repository. */
export function traces({ path, text }: SourceFile): string[] {
  return text
    .split('\n')
    .flatMap((line, n) => [
      ...LEFTOVERS.filter((pattern) => pattern.test(line)).map(() => `${path}:${n + 1}: a leftover: ${line.trim().slice(0, 80)}`),
      ...MACHINE_TRACES.filter((pattern) => pattern.test(line)).map(
        () => `${path}:${n + 1}: names a machine, its folders or a registry: ${line.trim().slice(0, 80)}`,
      ),
    ])
}

/** Largest files and functions, for people to look at. */
export function sizes(files: readonly SourceFile[]): { files: [string, number][]; functions: [string, number][] } {
  const functions: [string, number][] = []
  for (const { path, text } of files) {
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
    const visit = (node: ts.Node): void => {
      if (ts.isFunctionDeclaration(node) || ts.isMethodDeclaration(node))
        functions.push([`${path} ${node.name?.getText() ?? ''}`, lineOf(source, node.end) - lineOf(source, node.getStart()) + 1])
      ts.forEachChild(node, visit)
    }
    visit(source)
  }
  const bySize = (a: [string, number], b: [string, number]): number => b[1] - a[1] || (a[0] < b[0] ? -1 : 1)
  return {
    files: files.map(({ path, text }): [string, number] => [path, text.split('\n').length - 1]).sort(bySize),
    functions: functions.sort(bySize),
  }
}

function parse({ path, text }: SourceFile): Parsed {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true)
  const imports: Import[] = []
  const visit = (node: ts.Node): void => {
    const specifier = specifierOf(node)
    if (specifier !== undefined) imports.push({ line: lineOf(source, node.getStart()), specifier, type_only: isTypeOnly(node) })
    ts.forEachChild(node, visit)
  }
  visit(source)
  return { source, imports }
}

/** `import ... from`, `export ... from`, `import()` and `import('...')` as a type. */
function specifierOf(node: ts.Node): string | undefined {
  if (ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) return textOf(node.moduleSpecifier)
  if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) return textOf(node.arguments[0])
  if (ts.isImportTypeNode(node) && ts.isLiteralTypeNode(node.argument)) return textOf(node.argument.literal)
  return undefined
}

const textOf = (node: ts.Node | undefined): string | undefined =>
  node !== undefined && ts.isStringLiteralLike(node) ? node.text : undefined

function isTypeOnly(node: ts.Node): boolean {
  if (ts.isImportTypeNode(node)) return true
  if (ts.isExportDeclaration(node)) return node.isTypeOnly
  if (!ts.isImportDeclaration(node)) return false
  const clause = node.importClause
  if (clause === undefined) return false
  const named = clause.namedBindings
  const all_types = named !== undefined && ts.isNamedImports(named) && named.elements.every((element) => element.isTypeOnly)
  return clause.phaseModifier === ts.SyntaxKind.TypeKeyword || (clause.name === undefined && all_types)
}

const lineOf = (source: ts.SourceFile, position: number): number => source.getLineAndCharacterOfPosition(position).line + 1
const isCore = (path: string): boolean => path.startsWith('src/core/')

/** `src/core/wire/kite.ts` is in `wire`, `src/core/errors.ts` in `errors`, `src/io/output.ts` in `io`. */
function areaOf(path: string): string {
  const parts = path.split('/')
  if (parts[1] !== 'core') return parts.length > 2 ? (parts[1] ?? '') : posix.basename(path, '.ts')
  return parts.length > 3 ? (parts[2] ?? '') : posix.basename(path, '.ts')
}

function resolved(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined
  return posix.normalize(posix.join(posix.dirname(from), specifier)).replace(/\.js$/, '.ts')
}

function directionBreaches(path: string, imports: readonly Import[], all: ReadonlyMap<string, Parsed>): string[] {
  return imports.flatMap((entry) => {
    const why = breachOf(path, entry, all)
    return why === undefined ? [] : [`${path}:${entry.line}: imports ${entry.specifier}: ${why}`]
  })
}

function breachOf(path: string, { specifier, type_only }: Import, all: ReadonlyMap<string, Parsed>): string | undefined {
  const target = resolved(path, specifier)
  if (target === undefined)
    return isCore(path) && !type_only ? 'the core imports no packages and no node:*; src/io does' : undefined
  if (!specifier.endsWith('.js')) return 'imports end in .js'
  if (!all.has(target)) return `there is no ${target}`
  const [from_top, to_top] = [path.split('/')[1] ?? '', target.split('/')[1] ?? '']
  if (to_top === 'commands' && from_top !== 'commands') return 'nothing imports a command'
  if (from_top === 'io' && to_top !== 'io' && to_top !== 'core') return 'src/io imports src/io and src/core only'
  if (from_top === 'report-page' && to_top !== 'report-page' && to_top !== 'core') return 'a page in a browser has the core only'
  if (to_top === 'report-page' && from_top !== 'report-page') return 'it runs in a browser; scripts/report-page.js builds it'
  if (from_top === 'core' && to_top !== 'core') return 'the core imports the core only; give it a value instead'
  if (to_top !== 'core') return undefined
  const [from, to] = [areaOf(path), areaOf(target)]
  const same = from_top === 'core' && from === to
  if (target.split('/').length > 3 && !same && posix.basename(target) !== 'index.ts')
    return `other folders import src/core/${to}/index.js`
  if (from_top !== 'core' || same || from === 'index' || CORE_FILES.includes(to)) return undefined
  if (CORE_FILES.includes(from)) return `src/core/${from}.ts imports nothing`
  const allowed = LAYERS[from]
  if (allowed === undefined) return `src/core/${from} has no place yet in the layers of test/tidy/rules.ts`
  return allowed.includes(to) ? undefined : `${from} may import ${[...allowed, ...CORE_FILES].join(', ')} only`
}

function bannedNames(path: string, source: ts.SourceFile): string[] {
  const lines = source.text.split('\n')
  const found: string[] = []
  const tell = (node: ts.Node, name: string, instead: string): void => {
    const line = lineOf(source, node.getStart())
    if (!OPT_OUT.test(lines[line - 1] ?? '')) found.push(`${path}:${line}: ${name} is banned in core, use ${instead}`)
  }
  const visit = (node: ts.Node): void => {
    if (ts.isIdentifier(node) && !isMemberName(node) && Object.hasOwn(BANNED, node.text))
      tell(node, node.text, BANNED[node.text] as string)
    if (ts.isPropertyAccessExpression(node)) {
      const member = node.getText().replaceAll(/\s/g, '')
      if (Object.hasOwn(BANNED_MEMBERS, member)) tell(node, member, BANNED_MEMBERS[member] as string)
      if (Object.hasOwn(BANNED_METHODS, node.name.text)) tell(node.name, node.name.text, BANNED_METHODS[node.name.text] as string)
    }
    if (node.kind === ts.SyntaxKind.AsyncKeyword) tell(node, 'async', 'a plain function; src/io waits')
    if (ts.isAwaitExpression(node)) tell(node, 'await', 'a plain value; src/io waits')
    if (node.kind === ts.SyntaxKind.AsteriskAsteriskToken || node.kind === ts.SyntaxKind.AsteriskAsteriskEqualsToken)
      tell(node, '**', 'multiplication: powers differ between machines')
    ts.forEachChild(node, visit)
  }
  visit(source)
  return found
}

/** `x.process` and `{ process: 1 }` only look like the banned name. */
function isMemberName(node: ts.Identifier): boolean {
  const parent = node.parent
  if (ts.isPropertyAccessExpression(parent)) return parent.name === node && parent.expression.getText() !== 'globalThis'
  if (ts.isQualifiedName(parent)) return parent.right === node
  return (
    (ts.isPropertyAssignment(parent) ||
      ts.isPropertySignature(parent) ||
      ts.isPropertyDeclaration(parent) ||
      ts.isMethodDeclaration(parent) ||
      ts.isMethodSignature(parent)) &&
    parent.name === node
  )
}

/** Exported functions, classes and interfaces without a doc comment. */
function undocumented(path: string, source: ts.SourceFile): string[] {
  return source.statements.flatMap((node) => {
    if (!(ts.isFunctionDeclaration(node) || ts.isClassDeclaration(node) || ts.isInterfaceDeclaration(node))) return []
    if (!(node.modifiers ?? []).some(({ kind }) => kind === ts.SyntaxKind.ExportKeyword)) return []
    if (ts.getJSDocCommentsAndTags(node).length > 0) return []
    return [`${path}:${lineOf(source, node.getStart())}: ${node.name?.text ?? 'default'} is exported without a doc comment`]
  })
}

/** Each cycle of imports once, from its first file in the order of names. Types count too: what needs each other is one thing. */
function cycles(all: ReadonlyMap<string, Parsed>): string[] {
  const found = new Set<string>()
  const done = new Set<string>()
  const trail: string[] = []
  const visit = (path: string): void => {
    const seen_at = trail.indexOf(path)
    if (seen_at >= 0) {
      const cycle = trail.slice(seen_at)
      const first = cycle.indexOf([...cycle].sort()[0] as string)
      found.add([...cycle.slice(first), ...cycle.slice(0, first), cycle[first]].join(' -> '))
      return
    }
    if (done.has(path)) return
    trail.push(path)
    for (const target of targetsOf(path, all)) visit(target)
    trail.pop()
    done.add(path)
  }
  for (const path of all.keys()) visit(path)
  return [...found].map((cycle) => `imports in a circle: ${cycle}`)
}

function targetsOf(path: string, all: ReadonlyMap<string, Parsed>): string[] {
  const imports = all.get(path)?.imports ?? []
  return imports.flatMap(({ specifier }) => resolved(path, specifier) ?? []).filter((target) => all.has(target))
}

/** What neither the program, nor the library, nor the script of report pages reaches. */
function deadFiles(all: ReadonlyMap<string, Parsed>): string[] {
  const reached = new Set<string>()
  const visit = (path: string): void => {
    if (reached.has(path) || !all.has(path)) return
    reached.add(path)
    for (const target of targetsOf(path, all)) visit(target)
  }
  for (const path of all.keys()) if (/^src\/(bin|index|report-page\/page|commands\/.+)\.ts$/.test(path)) visit(path)
  return [...all.keys()].filter((path) => !reached.has(path)).map((path) => `${path}: nothing reaches it; delete it or use it`)
}
