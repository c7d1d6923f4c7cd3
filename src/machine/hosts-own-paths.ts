/**
 * Paths whose content belongs to one host alone, by the journal's names: which ones a snapped tree leaves out, and
 * which are never recorded.
 */
import { posix } from 'node:path'
import { IsconfError, isTemporaryName } from '../base/index.ts'

/** What tells machines apart: with the id of another machine, every daemon would refuse its next start. */
const identities: readonly string[] = ['/etc/machine-id', '/var/lib/dbus/machine-id']
/** Recorded only when they are asked for by name. */
const ownNames = /^\/etc\/(hostname|ssh\/ssh_host_[^/]+)$/

/** PROTECTED_PATH for what no host may ever have from another. */
export function refuseHostsOwn(path: string): void {
  if (isTemporaryName(posix.basename(path))) {
    throw new IsconfError('PROTECTED_PATH', `${path} is what an installation that was killed has left`, {
      hint: 'remove it; it is an unfinished version of the file whose name it has',
    })
  }
  if (!identities.includes(path)) return
  throw new IsconfError('PROTECTED_PATH', `${path} identifies this machine`, {
    hint: 'the daemon does not start on a host with the identity of another; each machine creates its own',
  })
}

/** Why a tree is recorded without a path, in words; undefined when it is recorded. */
export function leftOutText(path: string): string | undefined {
  if (isTemporaryName(posix.basename(path))) return `${path} is what an installation that was killed has left: left out`
  if (identities.includes(path)) return `${path} is this host's own: left out`
  return ownNames.test(path) ? `${path} is this host's own: left out; snap it by its name if it is meant` : undefined
}
