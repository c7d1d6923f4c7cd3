import assert from 'node:assert/strict'
import { once } from 'node:events'
import { readdirSync, readlinkSync } from 'node:fs'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { callerOf, listenersOn } from './tcp-owners.io.ts'

for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
  test(`who listens on ${host} and who has called it are known by the kernel`, async (t) => {
    const server = createServer()
    t.after(() => server.close())
    server.listen(0, host)
    const failed = await Promise.race([once(server, 'listening').then(() => undefined), once(server, 'error')])
    if (failed) return t.skip(`this machine has no ${host}: this was NOT tested`)
    const { port } = server.address() as AddressInfo
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const caller = connect(port, '127.0.0.1')
    t.after(() => caller.destroy())
    const [socket] = await accepted
    const uid = process.getuid?.()
    const [{ inode } = assert.fail('nobody listens'), ...others] = listenersOn(port).filter((one) => one.uid === uid)
    assert.deepEqual(others, [])
    // As this process has it among its open files.
    const open = readdirSync('/proc/self/fd').map((name) => linkOf(`/proc/self/fd/${name}`))
    assert.ok(open.includes(`socket:[${inode}]`))
    assert.equal(callerOf(socket.remotePort ?? 0, port), uid)
    assert.equal(callerOf(socket.remotePort ?? 0, 1), undefined)
  })
}

function linkOf(path: string): string {
  try {
    return readlinkSync(path)
  } catch {
    // That of the directory itself, which is closed by now.
    return ''
  }
}

test('nobody listens on a port that was given back', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  assert.deepEqual(listenersOn(port), [])
})
