import { readGoldenTable } from '../../support/golden-table.js'

/** A table of `golden/`, made by `golden/make.py` at 60 digits. */
export const goldenTable = <Name extends string>(file: string): Record<Name, number>[] =>
  readGoldenTable(new URL(`golden/${file}`, import.meta.url))
