import { readGoldenTable } from '../../support/golden-table.js'

/** A table of `golden/`; the scripts that made them say how. */
export const goldenTable = <Name extends string>(file: string): Record<Name, number>[] =>
  readGoldenTable(new URL(`golden/${file}`, import.meta.url))
