/** Who runs this process, and where: neither is certain. */
import { userInfo } from 'node:os'
import { IsconfError } from './isconf-error.ts'

/** In a container, or with the directory service down, a user may be a number alone, which has no home directory either. */
export function userHere(): { readonly name: string; readonly home: string } {
  try {
    const { username, homedir } = userInfo()
    return { name: username, home: homedir }
  } catch {
    return { name: String(process.getuid?.() ?? ''), home: '/' }
  }
}

/** The current directory; empty when somebody has removed it: what needs none goes on. */
export function currentDirectory(): string {
  try {
    return process.cwd()
  } catch {
    return ''
  }
}

/** The current directory, for what needs one. NO_SUCH_FILE when it is gone. */
export function requireDirectory(cwd: string): string {
  if (cwd !== '') return cwd
  const hint = 'go to one that is there, for example: cd /'
  throw new IsconfError('NO_SUCH_FILE', 'the current directory is not there any more', { hint })
}
