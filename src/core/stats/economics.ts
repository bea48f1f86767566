/** What results come to, in their own unit (R, basis points, rupees). NaN where there is nothing to divide by. */
export interface Economics {
  readonly n: number
  readonly wins: number
  readonly losses: number
  /** Mean of the wins, and of the losses as a number above 0. Results of 0 are neither. */
  readonly mean_win: number
  readonly mean_loss: number
  /** mean_win / mean_loss. */
  readonly payoff: number
  /** Sum of the wins over that of the losses; Infinity without a loss. */
  readonly profit_factor: number
  /** Share of wins x mean win - share of losses x mean loss, which is the mean. Costs belong into the results. */
  readonly expectancy: number
}

/** Of one result per alert or trade, after costs. */
export function economics(results: readonly number[]): Economics {
  let [wins, losses, won, lost] = [0, 0, 0, 0]
  for (const result of results) {
    if (result > 0) {
      wins++
      won += result
    } else if (result < 0) {
      losses++
      lost -= result
    }
  }
  const n = results.length
  const [mean_win, mean_loss] = [won / wins, lost / losses]
  return {
    n,
    wins,
    losses,
    mean_win,
    mean_loss,
    payoff: mean_win / mean_loss,
    profit_factor: won / lost,
    expectancy: (won - lost) / n,
  }
}

/** Share of random entries that reach a target before a stop, both distances above 0, where prices do not drift: what any hit rate has to beat. */
export const driftlessHitRate = ({ target, stop }: { target: number; stop: number }): number => stop / (target + stop)
