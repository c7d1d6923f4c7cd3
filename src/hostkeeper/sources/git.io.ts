/** A git repository: `git://HOST/PATH`, `git+https://...`, `git+ssh://...`, `git+file:///...`, with `#REF`. */
import { join } from 'node:path'
import { gitAddress } from './address.ts'
import { runCommand, sshCommand } from './command.io.ts'
import type { Source } from './source.ts'

export const gitSource: Source = {
  fetch: async (address, into, context) => {
    const { url, ref } = gitAddress(address)
    const { timeoutS } = context.settings
    const environment = {
      GIT_DIR: join(context.scratch, 'git'),
      GIT_WORK_TREE: into,
      GIT_TERMINAL_PROMPT: '0',
      GIT_SSH_COMMAND: context.environment['GIT_SSH_COMMAND'] ?? sshCommand(timeoutS),
    }
    const git = (...words: readonly string[]): Promise<void> =>
      runCommand(['git', ...calm, ...words], { address, environment, cwd: into }, context)
    await git('init', '--quiet')
    const own = url.startsWith('file:') ? [uploadFromAnyOwner] : []
    await git('fetch', '--progress', '--no-tags', '--depth=1', ...own, '--', url, ref ?? 'HEAD')
    await git('checkout', '--force', '--progress', 'FETCH_HEAD')
  },
}

/** What serves a repository of this host is a program of its own, which is not told what git itself is told. */
const uploadFromAnyOwner = "--upload-pack=git -c 'safe.directory=*' upload-pack"

/** What the configuration of the person must not change: a tree is the same for all. */
const calm = [
  ...['-c', 'core.autocrlf=false', '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false'],
  // A repository on this host may belong to somebody else: nothing in it is run.
  ...['-c', 'safe.directory=*', '-c', 'protocol.file.allow=always', '-c', 'gc.auto=0'],
]
