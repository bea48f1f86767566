import { test } from 'vitest'
import { PATTERNS } from '../../../src/core/patterns/index.js'
import { active, recordingOfScenario, runScenario } from '../../support/scenario.js'

const MODULES = import.meta.glob<any>('./scenarios/*.ts', { eager: true })
const ids = (process.env.IDS ?? '').split(',')
test('x', () => {
  for (const id of ids)
    for (const name of ['textbook', 'marginal', 'nothing']) {
      const def = PATTERNS.find((p) => p.id === id)!
      const s = MODULES[`./scenarios/${id}.ts`][name]
      const bytes = recordingOfScenario(s)
      const t = performance.now()
      const { detections, faults } = runScenario(s, [active(def)], { bytes })
      console.log(id, name, bytes.length, Math.round(performance.now() - t), 'ms', detections.length, JSON.stringify(faults))
      for (const d of detections)
        console.log(
          new Date(d.known_at_ms + 19800000).toISOString(),
          d.confidence,
          d.candidate.direction,
          d.candidate.action,
          d.candidate.score,
          d.candidate.missing,
          JSON.stringify(d.candidate.evidence),
          d.multipliers,
          d.quality_fault,
          d.candidate.legs?.map((l) => [l.instrument.symbol, l.side, l.price].join(' ')),
        )
    }
})
