/** Extended attributes, and with them POSIX ACLs and file capabilities. No link is followed. */
import { errnoText, IsconfError } from '../base/index.ts'
import type { Xattrs } from './machine.ts'
import { type PathOrFd, type SystemCalls, systemCalls } from './system-calls.io.ts'

/**
 * Attributes that belong to each host alone: labels of its policy, marks of its kernel, and what is bound to its keys.
 */
const hostsOwn = /^(trusted\.|system\.nfs4|security\.(selinux|evm)$)/

/** Why attributes are not read here, in words for people; undefined when they are. */
export function whyNoXattrs(): string | undefined {
  const loaded = systemCalls()
  return loaded.calls ? undefined : loaded.why
}

/**
 * The attributes of what is at a path, or of an open file, without the host's own; undefined when there are none, when
 * it is not there any more, or when there is no way to ask ({@link whyNoXattrs}). `path` names it in a failure:
 * FILE_UNREADABLE.
 */
export function readXattrs(target: PathOrFd, path: string): Xattrs | undefined {
  const { calls } = systemCalls()
  if (!calls) return undefined
  try {
    return found(calls, target, path)
  } catch (error) {
    if (error instanceof IsconfError) throw error
    // It went away, which is noticed elsewhere; or its file system has no such attributes.
    if (['ENOENT', 'ENOTDIR', 'ENOTSUP', 'EOPNOTSUPP'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return undefined
    const message = `cannot read the extended attributes of ${path}: ${errnoText(error)}`
    throw new IsconfError('FILE_UNREADABLE', message, { cause: error })
  }
}

function found(calls: SystemCalls, target: PathOrFd, path: string): Xattrs | undefined {
  const list = calls.listXattrs(target)
  if (list.length === 0) return undefined
  const xattrs: Record<string, string> = {}
  for (const name of namesIn(list, path)) {
    if (hostsOwn.test(name)) continue
    const value = readValue(calls, target, name)
    if (value !== undefined) xattrs[name] = value.toString('base64')
  }
  return Object.keys(xattrs).length > 0 ? xattrs : undefined
}

function namesIn(list: Buffer, path: string): readonly string[] {
  const text = list.toString('utf8')
  if (!Buffer.from(text).equals(list)) {
    throw new IsconfError('FILE_UNREADABLE', `${path} has an extended attribute whose name is not UTF-8`)
  }
  // The file system has them in an order of its own.
  return text.split('\0').slice(0, -1).sort()
}

/** Undefined when it went away since it was listed. */
function readValue(calls: SystemCalls, target: PathOrFd, name: string): Buffer | undefined {
  try {
    return calls.getXattr(target, name)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENODATA') return undefined
    throw error
  }
}

/** Gives an open file these attributes, and none of the others in `before`. Throws what to say if it can't. */
export function setXattrs(fd: number, before: Xattrs, wanted: Xattrs): void {
  for (const name of Object.keys(before)) {
    if (!Object.hasOwn(wanted, name)) set(name, (calls) => calls.removeXattr(fd, name))
  }
  for (const [name, value] of Object.entries(wanted)) {
    if (before[name] !== value) set(name, (calls) => calls.setXattr(fd, name, Buffer.from(value, 'base64')))
  }
}

function set(name: string, call: (calls: SystemCalls) => void): void {
  const loaded = systemCalls()
  if (!loaded.calls) throw new Error(`its extended attribute ${name} can't be set: ${loaded.why}`)
  try {
    call(loaded.calls)
  } catch (error) {
    throw new Error(`cannot set its extended attribute ${name}: ${errnoText(error)}`)
  }
}
