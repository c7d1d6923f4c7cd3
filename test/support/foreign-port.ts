/** A port of this machine that a plain user's program has. Needs root. */
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
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
