import { isatty } from 'node:tty'

const STANDARD_STREAMS = [0, 1, 2] as const

/**
 * Node wants to give a terminal back as it found it, and aborts with a core dump when there is none any more. To be called while it is there;
 * what it answers, at SIGHUP: the program still ends as it likes, and dies of SIGHUP where it would have aborted.
 */
export function hungTerminalGuard(): () => void {
  const terminals = STANDARD_STREAMS.filter((fd) => isatty(fd))
  const onExit = (): void => {
    if (terminals.every((fd) => isatty(fd))) return
    process.removeAllListeners('SIGHUP')
    process.kill(process.pid, 'SIGHUP')
  }
  return () => void process.once('exit', onExit)
}
