import { type MdsError, usageError } from '../errors.js'
import { similarTexts } from '../market/index.js'
import type { IndicatorDefinition, IndicatorNeed, IndicatorNumbers, IndicatorOutput, IndicatorParameter } from './indicator.js'
import { INDICATORS } from './registry.js'

/** An indicator with its numbers, as asked for. */
export interface ChosenIndicator {
  readonly definition: IndicatorDefinition
  readonly numbers: IndicatorNumbers
  /** One for each output. */
  readonly columns: readonly IndicatorColumn[]
}

/** A column of the result. */
export interface IndicatorColumn {
  /** `rsi_14`, `macd_12_26_9_signal` */
  readonly name: string
  readonly output: IndicatorOutput
}

/** Reads `rsi:14,macd:12:26:9,vwap` or several of these: in the order given, each once. Numbers left out have their defaults. */
export function parseIndicators(texts: readonly string[]): ChosenIndicator[] {
  const chosen = texts
    .flatMap((text) => text.split(','))
    .map((text) => text.trim().toLowerCase())
    .filter((text) => text !== '')
    .map(parseIndicator)
  if (chosen.length === 0) throw badIndicator('No indicator is named: expected for example rsi:14,ema:9,vwap.')
  return [...new Map(chosen.map((indicator) => [indicator.columns[0]?.name, indicator])).values()]
}

/** Whether some of them need it, or do better with it. */
export const wants = (chosen: readonly ChosenIndicator[], need: IndicatorNeed): boolean =>
  chosen.some(({ definition: { needs = [], uses = [] } }) => needs.includes(need) || uses.includes(need))

/** What stands before the first suffix: id and numbers, those that are seldom given only where they are not the default. */
export function indicatorName({ id, parameters }: IndicatorDefinition, numbers: IndicatorNumbers): string {
  const named = Object.entries(parameters)
    .filter(([name, { unnamed, default: usual }]) => unnamed !== true || numbers[name] !== usual)
    .map(([name]) => numbers[name])
  return [id, ...named].join('_')
}

function parseIndicator(text: string): ChosenIndicator {
  const [id = '', ...words] = text.split(':')
  const definition = INDICATORS.find((candidate) => candidate.id === id)
  if (definition === undefined) throw unknownIndicator(id)
  const names = Object.keys(definition.parameters)
  if (words.length > names.length)
    throw badIndicator(`"${text}" has too many numbers: expected ${formOf(definition)}.`, definition)
  const numbers: Record<string, number> = {}
  Object.entries(definition.parameters).forEach(([name, parameter], n) => {
    numbers[name] = words[n] === undefined ? parameter.default : numberOf({ text, word: words[n], name, parameter, definition })
  })
  const why_not = definition.whyNot?.(numbers)
  if (why_not !== undefined) throw badIndicator(`"${text}" cannot be: ${why_not}.`, definition)
  const own = indicatorName(definition, numbers)
  return {
    definition,
    numbers,
    columns: definition.outputs.map((output) => ({ name: output.suffix === '' ? own : `${own}_${output.suffix}`, output })),
  }
}

interface Word {
  readonly text: string
  readonly word: string
  readonly name: string
  readonly parameter: IndicatorParameter
  readonly definition: IndicatorDefinition
}

function numberOf({ text, word, name, parameter, definition }: Word): number {
  const { min, max, integer = true } = parameter
  const number = Number(word)
  const is_number = integer ? /^\d{1,13}$/.test(word) : /^\d{1,13}(\.\d{1,6})?$/.test(word)
  if (is_number && number >= min && number <= max) return number
  const kind = integer ? 'a whole number' : 'a number'
  throw badIndicator(
    `"${word}" in "${text}" is no ${name} (${parameter.doc}): expected ${kind} from ${min} to ${max}, as in ${formOf(definition)}.`,
    definition,
  )
}

function unknownIndicator(id: string): MdsError {
  const names = INDICATORS.map((definition) => definition.id)
  const near = similarTexts(id, names, 3)
  const hint = near.length === 0 ? '' : ` Close to it: ${near.join(', ')}.`
  return usageError(
    'unknown_indicator',
    `No indicator is named "${id}".${hint} There are ${names.join(', ')}.`,
    ...near.map((name) => `mds indicators --set ${formOf(INDICATORS.find((definition) => definition.id === name)!)}`),
    'mds indicators --list',
  )
}

/** How an indicator is written, with its defaults: `macd:12:26:9`. */
export const formOf = ({ id, parameters }: IndicatorDefinition): string =>
  [id, ...Object.values(parameters).flatMap(({ unnamed, default: usual }) => (unnamed === true ? [] : [usual]))].join(':')

const badIndicator = (message: string, definition?: IndicatorDefinition): MdsError =>
  usageError(
    'bad_indicator',
    message,
    ...(definition === undefined ? [] : [`mds indicators --set ${formOf(definition)}`]),
    'mds indicators --list',
  )
