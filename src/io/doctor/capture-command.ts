import { shellWord } from '../shell-word.js'
import type { DoctorRequest } from './check.js'

/** The capture that this checklist is about, to be pasted. */
export function captureCommand({ profile, tokens }: DoctorRequest, ...more: readonly string[]): string {
  const what =
    profile !== undefined
      ? `--profile ${shellWord(profile)}`
      : tokens.length > 0
        ? `--tokens ${tokens.join(',')}`
        : '--profile nifty50'
  return ['mds capture', what, ...more].join(' ')
}
