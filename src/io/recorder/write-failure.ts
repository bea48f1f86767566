/**
 * What a refusal of the disk means.
 * `full`: what was written is good, and the same file may go on once there is room.
 * `too_large`: the file may not grow, another may.
 * `broken`: what lies in the file is not to be trusted; it is never written again.
 */
export type WriteFailure = 'full' | 'too_large' | 'broken'

export function failureOf(code: string): WriteFailure {
  if (code === 'ENOSPC' || code === 'EDQUOT') return 'full'
  return code === 'EFBIG' ? 'too_large' : 'broken'
}

const WORDS: Readonly<Record<string, string>> = {
  ENOSPC: 'no space is left on the disk',
  EDQUOT: 'the disk quota is used up',
  EFBIG: 'the file would be larger than allowed',
  EIO: 'the disk failed',
  EROFS: 'the disk is read-only',
  ENOENT: 'the file or its folder was taken away',
  EACCES: 'writing there is not allowed',
  EPERM: 'writing there is not allowed',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open on this machine',
  folder_locked: 'another capture writes into the folder',
}

/** `Cannot write x.bin: no space is left on the disk (ENOSPC)`, for people. */
export const troubleWords = (file: string, code: string): string =>
  `Cannot write ${file}: ${WORDS[code] ?? 'the system refuses'} (${code})`
