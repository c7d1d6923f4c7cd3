/** Who runs this process, and where the program is: the facts about the host that its commands get. */
import { fileURLToPath } from 'node:url'
import { userHere } from '../base/caller.io.ts'
import type { CommandHost } from './command-variables.ts'

/** Beside the program, where the build puts it. */
export const aptConfName = 'apt.conf'

/** Of this process. */
export function commandHost(): CommandHost {
  return { user: userHere(), aptConfPath: fileURLToPath(new URL(`./${aptConfName}`, import.meta.url)) }
}
