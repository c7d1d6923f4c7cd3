/** Sources that a program of the system fetches: git, rsync, or a command of yours. */
import { join } from 'node:path'
import { gitAddress, rsyncAddress } from './address.ts'
import { runCommand, sshCommand } from './command.io.ts'
import type { Source } from './source.ts'

/** A command line that fills the directory it is started in; that is how SUP, CVS and all the others are used. */
export const execSource: Source = (address, into, context) => {
  const environment = { ISCONFDIR: context.settings.home }
  const command = address.slice('exec:'.length)
  return runCommand(['/bin/sh', '-c', command, 'sh', into], { address, environment, cwd: into }, context)
}

/** A git repository: `git://HOST/PATH`, `git+https://...`, `git+ssh://...`, `git+file:///...`, with `#REF`. */
export const gitSource: Source = async (address, into, context) => {
  const { url, ref } = gitAddress(address)
  const environment = {
    GIT_DIR: join(context.scratch, 'git'),
    GIT_WORK_TREE: into,
    GIT_TERMINAL_PROMPT: '0',
    GIT_SSH_COMMAND: sshCommand(context, 'GIT_SSH_COMMAND'),
  }
  const git = (...words: readonly string[]): Promise<void> =>
    runCommand(['git', ...calm, ...words], { address, environment, cwd: into }, context)
  await git('init', '--quiet')
  const own = url.startsWith('file:') ? [uploadFromAnyOwner] : []
  await git('fetch', '--progress', '--no-tags', '--depth=1', ...own, '--', url, ref ?? 'HEAD')
  await git('checkout', '--force', '--progress', 'FETCH_HEAD')
}

/** What serves a repository of this host is a program of its own, which is not told what git itself is told. */
const uploadFromAnyOwner = "--upload-pack=git -c 'safe.directory=*' upload-pack"

/** What the configuration of the person must not change: a tree is the same for all. */
const calm = [
  ...['-c', 'core.autocrlf=false', '-c', 'core.hooksPath=/dev/null', '-c', 'advice.detachedHead=false'],
  // A repository on this host may belong to somebody else: nothing in it is run.
  ...['-c', 'safe.directory=*', '-c', 'protocol.file.allow=always', '-c', 'gc.auto=0'],
]

/** An rsync daemon (`rsync://HOST/MODULE`), or rsync over ssh (`rsync:HOST:PATH`). */
export const rsyncSource: Source = (address, into, context) => {
  const { timeoutS } = context.settings
  const remote = rsyncAddress(address)
  // What it tells of its progress is how we know that it lives.
  const options = ['--recursive', '--links', '--perms', '--times', '--info=progress2', `--timeout=${timeoutS}`]
  const more = remote.startsWith('rsync://') ? [`--contimeout=${timeoutS}`] : []
  const environment = { RSYNC_RSH: sshCommand(context, 'RSYNC_RSH') }
  return runCommand(['rsync', ...options, ...more, '--', remote, `${into}/`], { address, environment }, context)
}
