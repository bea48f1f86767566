import { RecordBatch } from '../core/formats/index.js'
import { formOf, INDICATORS, type IndicatorDefinition } from '../core/indicators/index.js'
import type { Field } from '../core/market/index.js'
import { EncodedOutput } from './encoded-output.js'
import { formatFor } from './formats.js'
import { openFile, openStdout } from './output.js'

const FIELDS = [
  { name: 'set', type: 'string', doc: 'How it is asked for, with its defaults' },
  { name: 'summary', type: 'string', doc: 'What it is' },
  { name: 'columns', type: 'string', doc: 'What it writes, by suffix' },
  { name: 'needs', type: 'string', doc: 'What it cannot do without' },
  { name: 'numbers', type: 'string', doc: 'Meaning and range of the numbers' },
  { name: 'source', type: 'string', doc: 'Who defines it' },
] as const satisfies readonly Field[]

/** Room for columns on a terminal, where the numbers are to be seen too. */
const COLUMNS_LENGTH_MAX = 30

/** One indicator in words. */
type Row = Readonly<Record<(typeof FIELDS)[number]['name'], string>>

/** All indicators there are. */
export const indicatorRows = (): Row[] => INDICATORS.map(rowOf)

/** Prints them: a table, unless a format or the ending of a file says otherwise. */
export async function printIndicators(words: {
  readonly output: string | undefined
  readonly format: string | undefined
}): Promise<void> {
  const { output } = words
  const width = process.stdout.isTTY === true ? process.stdout.columns : Number.POSITIVE_INFINITY
  const format = await formatFor({ ...words, isTTY: false, fallback: 'table' }, { width, limit: INDICATORS.length })
  const sink = output === undefined || output === '-' ? openStdout() : openFile(output)
  const encoded = new EncodedOutput(sink, format.open(FIELDS))
  try {
    const batch = new RecordBatch(FIELDS)
    for (const row of indicatorRows()) {
      const shown = format.human === true ? { ...row, columns: shortened(row.columns) } : row
      batch.append(
        FIELDS.map(({ name }) => shown[name]),
        1,
      )
    }
    encoded.write(batch)
    encoded.finish()
  } catch (error) {
    encoded.abort()
    throw error
  }
}

function shortened(columns: string): string {
  if (columns.length <= COLUMNS_LENGTH_MAX) return columns
  const shown = columns
    .slice(0, COLUMNS_LENGTH_MAX - 4)
    .split(' ')
    .slice(0, -1)
  return `${shown.join(' ')} +${columns.split(' ').length - shown.length}`
}

function rowOf(definition: IndicatorDefinition): Row {
  const { summary, source, parameters, outputs, needs = [] } = definition
  return {
    set: formOf(definition),
    summary,
    columns: outputs.map(({ suffix }) => (suffix === '' ? definition.id : `_${suffix}`)).join(' '),
    needs: needs.join(' '),
    numbers: Object.entries(parameters)
      .map(([name, { min, max, default: usual, doc }]) => `${name} ${usual} (${min} to ${max}): ${doc}`)
      .join('; '),
    source,
  }
}
