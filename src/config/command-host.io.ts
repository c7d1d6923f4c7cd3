/** Who runs this process, and where the program is: what of the host itself its commands get. */
import { userInfo } from 'node:os'
import { fileURLToPath } from 'node:url'
import type { CommandHost } from './command-variables.ts'

/** Beside the program, where the build puts it. */
export const aptConfName = 'apt.conf'

/** Of this process. */
export function commandHost(): CommandHost {
  return { user: userHere(), aptConfPath: fileURLToPath(new URL(`./${aptConfName}`, import.meta.url)) }
}

/** In a container a user may be a number alone, which has no home directory either. */
function userHere(): CommandHost['user'] {
  try {
    const { username, homedir } = userInfo()
    return { name: username, home: homedir }
  } catch {
    return { name: String(process.getuid?.() ?? ''), home: '/' }
  }
}
