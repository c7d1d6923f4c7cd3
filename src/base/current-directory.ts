/** For what needs a directory to start from. */
import { IsconfError } from './isconf-error.ts'

/** The current directory, for what needs one. NO_SUCH_FILE when it is gone. */
export function requireDirectory(cwd: string): string {
  if (cwd !== '') return cwd
  const hint = 'go to one that is there, for example: cd /'
  throw new IsconfError('NO_SUCH_FILE', 'the current directory is not there any more', { hint })
}
