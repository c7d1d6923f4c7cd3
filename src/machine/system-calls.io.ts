/**
 * System calls that Node lacks: extended attributes and others, through the foreign function interface koffi. Its
 * native part is a package of its own for each platform: an optional dependency, and beside the bundle in our packages.
 */
import { createRequire } from 'node:module'
import { getSystemErrorName } from 'node:util'
import type { LimitPair } from './command-limits.ts'
import { type DescriptorCalls, descriptorCallsOf } from './descriptor-calls.ts'
import { type SharedMemoryCalls, sharedMemoryCallsOf } from './shared-memory-calls.ts'
import { type GuardedStat, statIn, structStatxBytes } from './struct-statx.ts'
import { type TcpCalls, tcpCallsOf } from './tcp-calls.ts'

/** The package with koffi's native part for this platform; it finds out by itself which libc there is. */
const nativePackage = `@koromix/koffi-${process.platform}-${process.arch}`

/** What an attribute call is about: a path, whose last component is not followed if it is a link, or an open file. */
export type PathOrFd = string | number

/** Failures are Errors with `code` and `errno`, as those of node:fs. */
export interface SystemCalls extends DescriptorCalls, SharedMemoryCalls, TcpCalls {
  /** The names of the extended attributes, each ended by a zero byte. */
  listXattrs(target: PathOrFd): Buffer
  getXattr(target: PathOrFd, name: string): Buffer
  setXattr(fd: number, name: string, value: Uint8Array): void
  removeXattr(fd: number, name: string): void
  /** What is at a path, with what chattr has set there; a link is not followed. */
  statWithGuard(path: string): GuardedStat
  /** Locks a whole open file for writing until it is closed; false if another process has locked it. */
  lockFile(fd: number): boolean
  /** The process that has locked an open file: 0 if that can't be told, undefined if none has. */
  lockHolder(fd: number): number | undefined
  /** The process at the other end of a connected unix socket, and its user. */
  socketPeer(fd: number): { readonly pid: number; readonly uid: number }
  /** Limits the segments of connections to a listening TCP socket, in both directions, to this many bytes. */
  setSegmentMax(fd: number, bytes: number): void
  /** A limit of this process, by its number. */
  getLimit(number: number): LimitPair
  setLimit(number: number, limit: LimitPair): void
  /** Gives the system what malloc keeps of memory that is free; undefined with a libc that has no such call. */
  readonly trimMalloc: (() => void) | undefined
}

/** The calls, or why there are none, in words for people. */
export type LoadedCalls = { readonly calls: SystemCalls } | { readonly calls: undefined; readonly why: string }

let loaded: LoadedCalls | undefined

/** Loads what the calls need when it is first asked for: most programs never ask. */
export function systemCalls(): LoadedCalls {
  loaded ??= loadSystemCalls(nativePackage)
  return loaded
}

/** See {@link systemCalls}, which does it once. */
export function loadSystemCalls(packageName: string): LoadedCalls {
  try {
    return { calls: callsOf(createRequire(import.meta.url)(packageName) as Koffi) }
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException
    const why = code === 'MODULE_NOT_FOUND' ? 'is not here' : `cannot be loaded (${message.split('\n')[0]})`
    return { calls: undefined, why: `the npm package ${packageName} ${why}` }
  }
}

/** The parts of koffi that we use; its types come with a package that wants to compile it. */
interface Koffi {
  /** Of null: what this process has loaded already, its libc among it. */
  load(path: null): { func(declaration: string): (...words: readonly unknown[]) => number }
  /** That of the last call. */
  errno(): number
}

/** The kernel's limit for the names of one file, and for one value: XATTR_LIST_MAX, XATTR_SIZE_MAX. */
const answerBytesMax = 64 * 1024

/** F_OFD_SETLK: a lock that belongs to the open file, not to the process, which may close others of the same file. */
const setOpenFileLock = 37
/** F_OFD_GETLK: which lock would be in the way of that. */
const getOpenFileLock = 36
/** F_UNLCK: none. */
const noLock = 2
/** F_WRLCK. */
const writeLock = 1
/** l_type and l_whence, l_start and l_len (0: to the end), l_pid. */
const structFlockBytes = 32
const flockPidOffset = 24
/** SOL_SOCKET and SO_PEERCRED; struct ucred: pid, uid and gid of 32 bits. */
const socketLevel = 1
const peerCredentials = 17
const structUcredBytes = 12
const ucredUidOffset = 4
/** AT_FDCWD, AT_SYMLINK_NOFOLLOW, STATX_BASIC_STATS. */
const [fromCurrentDirectory, noFollow, basicStats] = [-100, 0x100, 0x7ff]
/** IPPROTO_TCP and TCP_MAXSEG. */
const tcpLevel = 6
const maximumSegment = 2
/** Two numbers of 64 bits. */
const structRlimitBytes = 16
const rlimInfinity = 0xffff_ffff_ffff_ffffn

/** A function that only glibc has. */
function optional(libc: ReturnType<Koffi['load']>, declaration: string): ReturnType<typeof libc.func> | undefined {
  try {
    return libc.func(declaration)
  } catch {
    return undefined
  }
}

function callsOf(koffi: Koffi): SystemCalls {
  const libc = koffi.load(null)
  // koffi knows no ssize_t.
  const llistxattr = libc.func('long llistxattr(const char *path, _Out_ uint8_t *list, size_t size)')
  const flistxattr = libc.func('long flistxattr(int fd, _Out_ uint8_t *list, size_t size)')
  const lgetxattr = libc.func('long lgetxattr(const char *path, const char *name, _Out_ uint8_t *value, size_t size)')
  const fgetxattr = libc.func('long fgetxattr(int fd, const char *name, _Out_ uint8_t *value, size_t size)')
  const fsetxattr = libc.func('int fsetxattr(int fd, const char *name, const uint8_t *value, size_t size, int flags)')
  const fremovexattr = libc.func('int fremovexattr(int fd, const char *name)')
  const statx = libc.func('int statx(int fd, const char *path, int flags, uint32_t mask, _Out_ uint8_t *found)')
  // On Linux the arguments of a variadic function are passed as those of any other.
  const fcntl = libc.func('int fcntl(int fd, int command, _Inout_ uint8_t *lock)')
  // As above, where the new or the old limit may be none.
  const prlimit = libc.func('int prlimit(int pid, int resource, const uint8_t *new, _Out_ uint8_t *old)')
  const getsockopt = libc.func(
    'int getsockopt(int fd, int level, int name, _Out_ uint8_t *value, _Inout_ uint32_t *length)',
  )
  const setsockopt = libc.func('int setsockopt(int fd, int level, int name, const uint8_t *value, uint32_t length)')
  const trim = optional(libc, 'int malloc_trim(size_t kept)')
  const buffer = Buffer.alloc(answerBytesMax)
  const checked = (result: number): number => {
    if (result >= 0) return result
    const errno = -koffi.errno()
    throw Object.assign(new Error(getSystemErrorName(errno)), { errno, code: getSystemErrorName(errno) })
  }
  const answer = (length: number): Buffer => Buffer.from(buffer.subarray(0, checked(length)))
  return {
    ...descriptorCallsOf(libc, checked),
    ...sharedMemoryCallsOf(libc, checked),
    ...tcpCallsOf(libc, checked),
    listXattrs: (target) =>
      answer((typeof target === 'string' ? llistxattr : flistxattr)(target, buffer, answerBytesMax)),
    getXattr: (target, name) =>
      answer((typeof target === 'string' ? lgetxattr : fgetxattr)(target, name, buffer, answerBytesMax)),
    setXattr: (fd, name, value) => void checked(fsetxattr(fd, name, value, value.length, 0)),
    removeXattr: (fd, name) => void checked(fremovexattr(fd, name)),
    statWithGuard: (path) => {
      const found = buffer.subarray(0, structStatxBytes)
      checked(statx(fromCurrentDirectory, path, noFollow, basicStats, found))
      return statIn(found)
    },
    lockFile: (fd) => {
      const lock = Buffer.alloc(structFlockBytes)
      lock.writeInt16LE(writeLock)
      const result = fcntl(fd, setOpenFileLock, lock)
      if (result < 0 && ['EAGAIN', 'EACCES'].includes(getSystemErrorName(-koffi.errno()))) return false
      checked(result)
      return true
    },
    lockHolder: (fd) => {
      const lock = Buffer.alloc(structFlockBytes)
      lock.writeInt16LE(writeLock)
      checked(fcntl(fd, getOpenFileLock, lock))
      if (lock.readInt16LE(0) === noLock) return undefined
      return Math.max(lock.readInt32LE(flockPidOffset), 0)
    },
    socketPeer: (fd) => {
      const peer = Buffer.alloc(structUcredBytes)
      checked(getsockopt(fd, socketLevel, peerCredentials, peer, [structUcredBytes]))
      return { pid: peer.readInt32LE(0), uid: peer.readUInt32LE(ucredUidOffset) }
    },
    setSegmentMax: (fd, bytes) =>
      void checked(setsockopt(fd, tcpLevel, maximumSegment, Buffer.from(Uint32Array.of(bytes).buffer), 4)),
    getLimit: (number) => {
      const limit = Buffer.alloc(structRlimitBytes)
      checked(prlimit(0, number, null, limit))
      const at = (offset: number): number | undefined => {
        const value = limit.readBigUInt64LE(offset)
        return value === rlimInfinity ? undefined : Number(value)
      }
      return { soft: at(0), hard: at(8) }
    },
    setLimit: (number, { soft, hard }) => {
      const limit = Buffer.alloc(structRlimitBytes)
      for (const [at, value] of [soft, hard].entries())
        limit.writeBigUInt64LE(value === undefined ? rlimInfinity : BigInt(value), at * 8)
      checked(prlimit(0, number, limit, null))
    },
    trimMalloc: trim && (() => void trim(0)),
  }
}
