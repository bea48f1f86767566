import { closeSync, fsyncSync, openSync } from 'node:fs'
import { dirname } from 'node:path'
import { OWNER_ONLY, openFile } from '../output.js'

/** Writes a file that appears whole or not at all, and makes sure that its name lasts through a power cut. */
export function writeDurably(path: string, pieces: Iterable<Uint8Array>): void {
  const sink = openFile(path, { mode: OWNER_ONLY })
  try {
    for (const piece of pieces) sink.write(piece)
    sink.finish()
  } finally {
    sink.abort()
  }
  syncFolder(dirname(path))
}

/** What was renamed, made or deleted in a folder is on disk. */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r')
  try {
    fsyncSync(fd)
  } finally {
    closeSync(fd)
  }
}
