import type { Check } from '../check.js'

const LEAST: readonly [number, number] = [20, 19]

/** Older ones lack what mds is built on. */
export const checkNode: Check = {
  id: 'node',
  concerns: 'machine',
  async run({ ports }) {
    const [major = 0, minor = 0] = ports.node_version.split('.').map(Number)
    const needed = LEAST.join('.')
    if (major > LEAST[0] || (major === LEAST[0] && minor >= LEAST[1]))
      return { state: 'ok', text: `Node ${ports.node_version}; needed: ${needed} or newer.` }
    return {
      state: 'fail',
      text: `Expected Node ${needed} or newer, found ${ports.node_version}.`,
      tries: ['nvm install 22'],
    }
  },
}
