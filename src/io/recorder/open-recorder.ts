import type { Recorder } from '../capture/recorder-port.js'
import { outputError } from '../output.js'
import { DiskRecorder } from './disk-recorder.js'
import { fullSetup, type RecorderSetup } from './recorder-setup.js'
import { recoverFolder } from './recover-folder.js'

/**
 * Opens the one writer of a folder: takes its lock, makes whole what a killed run left, and begins the session. `folder_locked` when another
 * one writes there, `output_failed` when the folder can't be had. No file of records is made before the first record.
 */
export async function openRecorder(setup: RecorderSetup): Promise<Recorder> {
  const full = fullSetup(setup)
  const { folder, profile, ports, session } = full
  try {
    await ports.files.makeFolder(folder)
    const now_ms = full.now()
    const lock = await ports.lock(folder, { session, now_ms })
    try {
      const folder_id = await ports.files.folderId(folder)
      const onEvent = full.onEvent === undefined ? {} : { onEvent: full.onEvent }
      const recovery = await recoverFolder({ folder, profile, ports, now_ms, power_cut: !lock.same_boot, ...onEvent })
      return new DiskRecorder(full, { lock, folder_id, recovery })
    } catch (error) {
      await lock.release()
      throw error
    }
  } catch (error) {
    throw outputError(folder, error)
  }
}
