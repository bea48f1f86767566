import { formatClock, IST_OFFSET_S } from '../core/time/index.js'

/** `10:33`, IST, of an epoch second. */
export const clockMinute = (time_s: number): string => formatClock(time_s * 1000).slice(0, 'HH:MM'.length)

/** The charts know no zones: what is UTC to them is IST to the reader. */
export const toChart = (time_s: number): number => time_s + IST_OFFSET_S
export const fromChart = (chart_s: number): number => chart_s - IST_OFFSET_S

/** Length of a bar in seconds, of a label such as `5m`. */
export const secondsOf = (interval: string): number => 60 * Number.parseInt(interval, 10)
