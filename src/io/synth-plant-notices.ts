import { join } from 'node:path'
import type { PlantObstacle } from '../core/synth/index.js'
import type { SynthSummary } from './synth-recording.js'

/** Why a plant is not there, and what helps. */
const WORDS: Readonly<Record<PlantObstacle, readonly [why: string, help: string]>> = {
  no_stock: ['no stock is left that is fit for it', 'more --instruments'],
  no_room: ['the recording leaves no room for it', 'a day of usual hours, recorded from before 09:15'],
  no_chain: ['no index has a chain of options', '--instruments 320'],
  no_expiry: ['no index has options of the expiries it needs', '--instruments 9000'],
  busy_chain: ['other patterns are planted in the options at its time', 'a recording of its own, with another --profile'],
  unfinished: ['the recording ended before it did', 'a later --until'],
}

/** What a person should know about plants that are not there, and about what shows only with a baseline. */
export function plantNotices({ folder, missing = [], baseline }: SynthSummary): string[] {
  const obstacles = [...new Set(missing.map(({ why }) => why))]
  const lines = obstacles.map((obstacle) => {
    const [why, help] = WORDS[obstacle]
    const named = missing.filter((one) => one.why === obstacle).map(({ pattern_id, direction }) => `${pattern_id} ${direction}`)
    return `Not planted, for ${why}: ${named.join(', ')}. Try ${help}.`
  })
  return baseline === undefined
    ? lines
    : [...lines, `Some of what is planted shows only against a history: mds patterns --baseline ${join(folder, baseline)}`]
}
