/**
 * The names an ES module takes from each of its imports, from its CommonJS form: `var _levels = require("./levels")`, then `_levels.top`. There a
 * name that is not exported would be undefined without a word, where an ES module does not load. The `_levels` is new to the module by making.
 */
export function importedNames(code: string): ReadonlyMap<string, ReadonlySet<string>> {
  const names = new Map<string, Set<string>>()
  if (!code.includes('Object.defineProperty(exports, "__esModule"')) return names
  for (const [, variable = '', specifier = ''] of code.matchAll(REQUIRED)) {
    const taken = names.get(JSON.parse(specifier)) ?? new Set<string>()
    names.set(JSON.parse(specifier), taken)
    for (const [, name = ''] of code.matchAll(new RegExp(`(?<![\\w$.])${variable.replaceAll('$', '\\$')}\\.([\\w$]+)`, 'g')))
      taken.add(name)
  }
  return names
}

const REQUIRED = /(?<![\w$])(_[\w$]+) = (?:_interopRequire\w+\()?require\(("(?:[^"\\]|\\.)*")\)/g
