import { usageError } from '../errors.js'

/** Virtual seconds per real second. */
export const SPEED_MIN = 0.1
export const SPEED_MAX = 1000
/** As fast as it goes. */
export const UNPACED = Number.POSITIVE_INFINITY

/** Reads `10x`, `10`, `0.5x`, `max`. */
export function parseSpeed(text: string): number {
  const word = text.trim().toLowerCase()
  if (word === 'max') return UNPACED
  const match = /^(\d+(?:\.\d+)?|\.\d+)x?$/.exec(word)
  const speed = Number(match?.[1])
  if (match === null || speed < SPEED_MIN || speed > SPEED_MAX)
    throw usageError(
      'bad_speed',
      `"${text}" is no speed: expected ${SPEED_MIN}x to ${SPEED_MAX}x, or max.`,
      'mds replay --speed 10x',
      'mds replay --speed max',
    )
  return speed
}

/** `10x`, `0.5x`, `max`. */
export const formatSpeed = (speed: number): string => (speed === UNPACED ? 'max' : `${Math.round(speed * 1000) / 1000}x`)

export const fasterSpeed = (speed: number): number => (speed >= SPEED_MAX ? UNPACED : Math.min(SPEED_MAX, speed * 2))

export const slowerSpeed = (speed: number): number => (speed === UNPACED ? SPEED_MAX : Math.max(SPEED_MIN, speed / 2))
