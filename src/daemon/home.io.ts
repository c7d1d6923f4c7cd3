/** IS_HOME as a running daemon has it: its directories, the pid file, and the mark of a restart. */
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { systemDisk } from '../base/disk.io.ts'
import { diskFailure, errnoText, IsconfError, toIsconfError } from '../base/index.ts'
import { takePidFile } from '../base/pid-file.io.ts'
import { restartingName, socketName } from '../control/index.ts'

/** What the kernel takes as the path of a socket; a longer one is cut short without a word. */
const socketPathBytesMax = 107

/** Makes what is not there. CONFIG, DISK_FULL, HOME_UNWRITABLE. */
export async function makeHome(home: string): Promise<void> {
  if (Buffer.byteLength(join(home, socketName)) > socketPathBytesMax) {
    throw new IsconfError(
      'CONFIG',
      `IS_HOME ${home} is too long: ${socketName} below it may have ${socketPathBytesMax} bytes`,
    )
  }
  try {
    for (const name of ['conf', 'log']) await systemDisk.makeDirectory(join(home, name))
  } catch (thrown) {
    const { code, hint, cause } = toIsconfError(thrown)
    if (code === 'DISK_FULL') throw thrown
    throw new IsconfError('HOME_UNWRITABLE', `IS_HOME ${home} can't be used: ${errnoText(cause)}`, {
      cause,
      ...(code === 'HOME_UNWRITABLE' && { hint }),
    })
  }
}

/** The file below the home that says which process has it. */
export const homePidName = 'conf/.pid'

/** Takes the home for this process; what is returned gives it back. ALREADY_RUNNING. */
export async function takeHome(home: string): Promise<() => Promise<void>> {
  const path = join(home, homePidName)
  try {
    return await takePidFile(path)
  } catch (error) {
    throw diskFailure('write', path, error)
  }
}

/** The file that says that the next daemon is on its way, so that callers wait for it. */
function markPath(home: string): string {
  return join(home, 'conf', restartingName)
}

export async function putMark(home: string): Promise<void> {
  await writeFile(markPath(home), '', { mode: 0o600 })
}

export async function removeMark(home: string): Promise<void> {
  await rm(markPath(home), { force: true })
}
