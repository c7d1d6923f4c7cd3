import assert from 'node:assert/strict'
import { once } from 'node:events'
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
    assert.deepEqual(listenersOn(port), [uid])
    const { remoteAddress, remotePort, localAddress, localPort } = socket
    const ends = { remoteAddress, remotePort, localAddress, localPort }
    assert.equal(callerOf(ends), uid)
    // Of each of these somebody else could have a connection.
    for (const other of [
      { localPort: 1 },
      { remotePort: 1 },
      { localAddress: '127.0.0.2' },
      { remoteAddress: '127.0.0.2' },
    ])
      assert.equal(callerOf({ ...ends, ...other }), undefined)
    // Then the kernel has it, which says that it is root's.
    caller.destroy()
    await once(socket.resume(), 'end')
    assert.equal(callerOf(ends), undefined)
  })
}

test('nobody listens on a port that was given back', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  server.close()
  await once(server, 'close')
  assert.deepEqual(listenersOn(port), [])
})
