import { usageError } from '../../core/errors.js'
import { type Field, similarTexts } from '../../core/market/index.js'

const EXAMPLE = '--tolerance vwap=0.0001'

/** `close=0.05`: by field how far numbers may be apart. Several may stand in one text, separated by commas. */
export function parseTolerances(texts: readonly string[], fields: readonly Field[]): Map<string, number> {
  const tolerances = new Map<string, number>()
  for (const text of texts.flatMap((one) => one.split(','))) {
    const [, name = '', amount = ''] = /^\s*([\w.-]+)=(\d+(?:\.\d+)?)\s*$/.exec(text) ?? []
    if (name === '')
      throw usageError('bad_tolerance', `--tolerance ${text}: expected FIELD=NUMBER, the number 0 or more.`, EXAMPLE)
    const field = fields.find((one) => one.name === name)
    if (field === undefined) {
      const near = similarTexts(
        name,
        fields.map((one) => one.name),
        3,
      )
      throw usageError(
        'unknown_field',
        `No field is named ${JSON.stringify(name)}${near.length > 0 ? `; did you mean ${near.join(', ')}?` : '.'}`,
        EXAMPLE,
      )
    }
    if (field.type === 'string' || field.type === 'json' || field.type === 'bool' || field.type === 'timestamp')
      throw usageError('bad_tolerance', `--tolerance ${text}: ${name} is no number, expected a field of numbers.`, EXAMPLE)
    tolerances.set(name, Number(amount))
  }
  return tolerances
}
