/** Whose an end of a TCP connection is: sock_diag(7), which is asked for one connection and looks at no other. */
import type { CallerOf, ConnectionEnds } from '../base/index.ts'

export interface TcpCalls {
  /** By a question for this one connection. Only of IPv4; fails where the kernel can't be asked. */
  readonly callerOf: CallerOf
}

/** What is needed of a library. */
interface Library {
  func(declaration: string): (...words: readonly unknown[]) => number
}

/** AF_NETLINK; SOCK_RAW with SOCK_CLOEXEC; NETLINK_SOCK_DIAG. MSG_DONTWAIT: the answer is there at once. */
const [netlink, raw, socketDiagnosis, atOnce] = [16, 0x8_0003, 4, 0x40]
/** SOCK_DIAG_BY_FAMILY and NLMSG_ERROR; NLM_F_REQUEST. */
const [byFamily, failure, isRequest] = [20, 2, 1]
/** AF_INET and IPPROTO_TCP; every state; TCP_LISTEN, of whoever listens at the port when no connection is found. */
const [ipv4, tcp, everyState, listens] = [2, 6, 0xffff_ffff, 10]
/** struct nlmsghdr with struct inet_diag_req_v2; a struct inet_diag_msg has room in the answer. */
const [questionBytes, answerBytesMax] = [72, 512]
const notThere = -2

/** The calls, through a library that has the system's; `checked` throws for a result that is a failure. */
export function tcpCallsOf(libc: Library, checked: (result: number) => number): TcpCalls {
  // Most programs that make system calls make none of these.
  let made: Native | undefined
  return {
    callerOf: (ends) => {
      made ??= nativeOf(libc)
      const { socket, send, recv, close } = made
      const fd = checked(socket(netlink, raw, socketDiagnosis))
      try {
        const answer = Buffer.alloc(answerBytesMax)
        checked(send(fd, questionOf(ends), questionBytes, 0))
        checked(recv(fd, answer, answerBytesMax, atOnce))
        return ownerIn(answer)
      } finally {
        close(fd)
      }
    },
  }
}

type Native = ReturnType<typeof nativeOf>

function nativeOf(libc: Library) {
  return {
    socket: libc.func('int socket(int domain, int type, int protocol)'),
    send: libc.func('long send(int fd, const uint8_t *bytes, size_t length, int flags)'),
    recv: libc.func('long recv(int fd, _Out_ uint8_t *bytes, size_t length, int flags)'),
    close: libc.func('int close(int fd)'),
  }
}

/** For the caller's socket, whose own end is what the called one has as the remote. */
function questionOf({ remoteAddress, remotePort = 0, localAddress, localPort = 0 }: ConnectionEnds): Buffer {
  const question = Buffer.alloc(questionBytes)
  question.writeUInt32LE(questionBytes, 0)
  question.writeUInt16LE(byFamily, 4)
  question.writeUInt16LE(isRequest, 6)
  question.set([ipv4, tcp], 16)
  question.writeUInt32LE(everyState, 20)
  question.writeUInt16BE(remotePort, 24)
  question.writeUInt16BE(localPort, 26)
  question.set(bytesOf(remoteAddress), 28)
  question.set(bytesOf(localAddress), 44)
  // Whichever socket it is.
  question.fill(0xff, 64)
  return question
}

function bytesOf(address = ''): readonly number[] {
  const bytes = address
    .replace(/^::ffff:/, '')
    .split('.')
    .map(Number)
  if (bytes.length !== 4) throw new Error(`${address} is no address of IPv4`)
  return bytes
}

function ownerIn(answer: Buffer): number | undefined {
  const type = answer.readUInt16LE(4)
  if (type === failure && answer.readInt32LE(16) === notThere) return undefined
  if (type !== byFamily) throw new Error(`sock_diag: ${answer.readInt32LE(16)}`)
  // What no program has any more is the kernel's, which says of it that it is root's.
  const [state, uid, inode] = [answer.readUInt8(17), answer.readUInt32LE(80), answer.readUInt32LE(84)]
  return state === listens || inode === 0 ? undefined : uid
}
