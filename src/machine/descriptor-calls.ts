/** Open files that one process hands to another, over a unix socket: SCM_RIGHTS of unix(7). */

export interface DescriptorCalls {
  /** Two connected sockets, which keep apart what is sent at once. Both are closed by the caller. */
  socketPair(): readonly [number, number]
  /** Sends some bytes, and open files with them. EAGAIN when the other side takes nothing at the moment. */
  sendDescriptors(socket: number, bytes: Uint8Array, descriptors: readonly number[]): void
  /**
   * What was sent at once, if something waits, or comes within a time, in which this process stands still; the files
   * are open in this process then. No bytes are the end.
   */
  receiveDescriptors(socket: number, withinMs?: number): ReceivedDescriptors | undefined
}

export interface ReceivedDescriptors {
  readonly bytes: Buffer
  readonly descriptors: readonly number[]
}

/** What is needed of a library. */
interface Library {
  func(declaration: string): (...words: readonly unknown[]) => number
}

/** AF_UNIX; SOCK_SEQPACKET with SOCK_CLOEXEC. */
const [unix, packets] = [1, 0x8_0005]
/** MSG_DONTWAIT, MSG_NOSIGNAL, MSG_CMSG_CLOEXEC. */
const [atOnce, withoutSignal, closedOnExec] = [0x40, 0x4000, 0x4000_0000]
/** SOL_SOCKET and SCM_RIGHTS. */
const [socketLevel, rights] = [1, 1]
/** As many as the kernel passes at once: SCM_MAX_FD. */
const descriptorsMax = 253
const bytesMax = 1_024
/** struct cmsghdr without what follows it, and struct msghdr with its one struct iovec. */
const [controlHeadBytes, headBytes] = [16, 72]
const controlBytesMax = controlHeadBytes + 4 * (descriptorsMax + 1)

/** The calls, through a library that has the system's; `checked` throws for a result that is a failure. */
export function descriptorCallsOf(libc: Library, checked: (result: number) => number): DescriptorCalls {
  // Most programs that make system calls make none of these.
  let made: Native | undefined
  const native = (): Native => {
    made ??= nativeOf(libc)
    return made
  }
  return {
    socketPair: () => {
      const pair = new Int32Array(2)
      checked(native().socketpair(unix, packets, 0, pair))
      return [pair[0] as number, pair[1] as number]
    },
    sendDescriptors: (socket, bytes, descriptors) => {
      const { at, put, sendmsg } = native()
      const control = controlOf(descriptors)
      put(at.control, control, control.length)
      put(at.bytes, bytes, bytes.length)
      put(at.head, headOf(at, bytes.length, control.length), headBytes)
      checked(sendmsg(socket, at.head, atOnce | withoutSignal))
    },
    receiveDescriptors: (socket, withinMs = 0) => {
      const { at, put, get, poll, recvmsg } = native()
      if (withinMs > 0) checked(poll(polled(socket), 1, withinMs))
      put(at.head, headOf(at, bytesMax, controlBytesMax), headBytes)
      let length: number
      try {
        length = checked(recvmsg(socket, at.head, closedOnExec | atOnce))
      } catch (error) {
        if ((error as NodeJS.ErrnoException).code === 'EAGAIN') return undefined
        throw error
      }
      const copied = (from: number, size: number): Buffer => {
        const copy = Buffer.alloc(size)
        if (size > 0) get(copy, from, size)
        return copy
      }
      const control = copied(at.control, Number(copied(at.head, headBytes).readBigUInt64LE(40)))
      return { bytes: copied(at.bytes, length), descriptors: descriptorsIn(control) }
    },
  }
}

type Native = ReturnType<typeof nativeOf>

function nativeOf(libc: Library) {
  // The kernel is given addresses of memory that stays where it is.
  const memory = libc.func('uintptr_t malloc(size_t size)')(headBytes + controlBytesMax + bytesMax)
  const at: Places = { head: memory, control: memory + headBytes, bytes: memory + headBytes + controlBytesMax }
  return {
    at,
    put: libc.func('uintptr_t memcpy(uintptr_t to, const uint8_t *from, size_t length)'),
    get: libc.func('uintptr_t memcpy(_Out_ uint8_t *to, uintptr_t from, size_t length)'),
    socketpair: libc.func('int socketpair(int domain, int type, int protocol, _Out_ int32_t *pair)'),
    poll: libc.func('int poll(const uint8_t *polled, unsigned long count, int timeout)'),
    sendmsg: libc.func('long sendmsg(int fd, uintptr_t message, int flags)'),
    recvmsg: libc.func('long recvmsg(int fd, uintptr_t message, int flags)'),
  }
}

/** Addresses. */
interface Places {
  readonly head: number
  readonly control: number
  readonly bytes: number
}

/** A struct pollfd that waits for POLLIN. */
function polled(socket: number): Buffer {
  const bytes = Buffer.alloc(8)
  bytes.writeInt32LE(socket, 0)
  bytes.writeInt16LE(1, 4)
  return bytes
}

/** A struct msghdr, and behind it the struct iovec that it names. */
function headOf(at: Places, bytes: number, controlBytes: number): Buffer {
  const head = Buffer.alloc(headBytes)
  for (const [offset, value] of [
    [16, at.head + 56],
    [24, 1],
    [32, at.control],
    [40, controlBytes],
    [56, at.bytes],
    [64, bytes],
  ] as const)
    head.writeBigUInt64LE(BigInt(value), offset)
  return head
}

/** A struct cmsghdr with its descriptors, of which there is at least one. */
function controlOf(descriptors: readonly number[]): Buffer {
  const control = Buffer.alloc(controlHeadBytes + 8 * Math.ceil(descriptors.length / 2))
  control.writeBigUInt64LE(BigInt(controlHeadBytes + 4 * descriptors.length), 0)
  control.writeInt32LE(socketLevel, 8)
  control.writeInt32LE(rights, 12)
  for (const [index, descriptor] of descriptors.entries())
    control.writeInt32LE(descriptor, controlHeadBytes + 4 * index)
  return control
}

function descriptorsIn(control: Buffer): readonly number[] {
  if (control.length < controlHeadBytes || control.readInt32LE(12) !== rights) return []
  const count = (Number(control.readBigUInt64LE(0)) - controlHeadBytes) / 4
  return Array.from({ length: count }, (_, index) => control.readInt32LE(controlHeadBytes + 4 * index))
}
