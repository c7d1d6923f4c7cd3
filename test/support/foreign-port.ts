/** What a plain user's program has and does on this machine. Needs root. */
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import type { TestContext } from 'node:test'

/** That of `nobody`, on every Linux. */
export const plainUid = 65_534

/** Listens as the plain user, and hears nobody out; the port. */
export async function foreignPort(t: TestContext): Promise<number> {
  const server = createServer((socket) => socket.destroy())
  t.after(() => server.close())
  // A socket is whose process makes it; without an address it is made at once.
  process.seteuid?.(plainUid)
  try {
    server.listen(0)
  } finally {
    process.seteuid?.(0)
  }
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

/** Connects to a port of this host as the plain user. */
export async function connectAsPlainUser(port: number): Promise<Socket> {
  process.seteuid?.(plainUid)
  const socket = connect(port, '127.0.0.1')
  // The system's part of it is made next.
  await new Promise<void>((resolve) => process.nextTick(resolve))
  process.seteuid?.(0)
  return socket
}
