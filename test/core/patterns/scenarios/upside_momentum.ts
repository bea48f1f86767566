import { goOn, type MinuteRow, type Scenario, type Step } from '../../../support/scenario.js'

const first: MinuteRow = { at: '09:15', open: 1000, high: 1000.5, low: 999.5, close: 1000, volume: 10_000 }

/** A market that goes to and fro by `chop` from minute to minute and drifts upwards, until the averages and the ADX know it. */
function drifting(minutes: number, { chop, drift }: { chop: number; drift: number }): MinuteRow[] {
  const steps: Step[] = Array.from({ length: minutes }, (_, i) => ({
    close: Math.round((1000 + drift * (i + 1) + (i % 2 === 0 ? chop : -chop)) * 20) / 20,
    volume: 9000 + ((i * 7) % 5) * 500,
  }))
  return goOn([first], steps)
}

/** Five minutes upwards, and three that rest. */
function running(before: readonly MinuteRow[], { step, volume }: { step: number; volume: number }): MinuteRow[] {
  const { close } = before.at(-1) as MinuteRow
  const up = [1, 2, 3, 4, 5].map((n) => ({ close: Math.round((close + n * step) * 20) / 20, volume, buy_share: 0.7 }))
  const top = up.at(-1)?.close as number
  return goOn(before, [...up, ...[-0.5, -0.2, -0.6].map((off) => ({ close: Math.round((top + off) * 20) / 20 }))])
}

export const mirror = 'downside_momentum'

export const textbook: Scenario = {
  shows: 'In a steady rise five minutes go up by 0.8 % on four times the usual volume',
  minutes: running(drifting(150, { chop: 1, drift: 0.05 }), { step: 1.6, volume: 40_000 }),
}

export const marginal: Scenario = {
  shows: 'A market without a trend goes up by a little over 0.5 % on a little more volume',
  minutes: running(drifting(90, { chop: 1, drift: 0.01 }), { step: 1.1, volume: 16_000 }),
}

export const nothing: Scenario = {
  shows: 'The same rise on the usual volume',
  minutes: running(drifting(90, { chop: 1, drift: 0.01 }), { step: 1.1, volume: 11_000 }),
}
