/** Who is at the other end of a unix socket, as the kernel says. */
import { readFileSync } from 'node:fs'
import type { Socket } from 'node:net'
import type { AskedBy } from '../base/index.ts'
import { nameOf } from '../base/users.io.ts'
import { systemCalls } from './system-calls.io.ts'

/** The login id of a process that does not descend from a login. */
const noLogin = 2 ** 32 - 1

/** Undefined where the kernel can't be asked, or the socket is no unix socket. */
export function askedBy(socket: Socket): AskedBy | undefined {
  const fd = descriptorOf(socket)
  const { calls } = systemCalls()
  if (fd === undefined || calls === undefined) return undefined
  try {
    const { pid, uid } = calls.socketPeer(fd)
    return { uid, ...loginOf(pid) }
  } catch {
    // The caller has gone already.
    return undefined
  }
}

/** Node tells the number of a socket's descriptor nowhere else. */
export function descriptorOf(socket: Socket): number | undefined {
  const { fd } = (socket as { readonly _handle?: { readonly fd?: number } | null })._handle ?? {}
  return fd !== undefined && fd >= 0 ? fd : undefined
}

/** Of a process of another namespace of processes, or on a kernel without audit, nothing. */
function loginOf(pid: number): Pick<AskedBy, 'loginUid' | 'login'> {
  try {
    const loginUid = Number(readFileSync(`/proc/${pid}/loginuid`, 'utf8').trim())
    if (pid === 0 || !Number.isInteger(loginUid) || loginUid === noLogin) return {}
    const login = nameOf(loginUid)
    return { loginUid, ...(login !== undefined && { login }) }
  } catch {
    return {}
  }
}
