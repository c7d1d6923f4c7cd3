/** What the operating system says, in words for people. */
import { getSystemErrorMap } from 'node:util'

/** Why a system call failed, without its name, its arguments and the name of its number. */
export function errnoText(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const errno = 'errno' in error && typeof error.errno === 'number' ? error.errno : undefined
  // Node's table speaks of sockets here.
  if ('code' in error && error.code === 'ENOTSUP') return 'operation not supported'
  return (errno === undefined ? undefined : getSystemErrorMap().get(errno)?.[1]) ?? error.message
}
