import { writeSync } from 'node:fs'
import { escaped } from '../../core/escaped.js'
import { openWithoutBlocking, PatientOutput } from '../patient-output.js'

const STDERR = 2
/** Lines that nobody reads are worth no more memory than this. */
const WAITING_BYTES_MAX = 64 * 1024

/** Lines for people on stderr, from a program that must not wait for them: what stderr does not take is left out, and told when it takes again. */
export class NoticeOutput {
  readonly #output: PatientOutput
  #left_out = 0

  constructor(push: (bytes: Uint8Array) => number = stderrPush()) {
    this.#output = new PatientOutput(push)
  }

  line(text: string): void {
    this.#output.retry()
    if (this.#output.waiting_bytes > WAITING_BYTES_MAX) {
      this.#left_out++
      return
    }
    const gone = this.#left_out === 0 ? '' : `(${this.#left_out} lines left out: nobody read them)\n`
    this.#left_out = 0
    this.#output.write(`${gone}${escaped(text)}\n`)
  }
}

function stderrPush(): (bytes: Uint8Array) => number {
  const fd = openWithoutBlocking(STDERR)
  return (bytes) => writeSync(fd, bytes)
}
