/** Who runs this process, and where: neither is certain. */
import { userInfo } from 'node:os'

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
