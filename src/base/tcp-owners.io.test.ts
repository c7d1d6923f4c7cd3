import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { listenersOn } from './tcp-owners.io.ts'

for (const host of ['127.0.0.1', '0.0.0.0', '::']) {
  test(`who listens on ${host} is known by the kernel`, async (t) => {
    const server = createServer()
    t.after(() => server.close())
    server.listen(0, host)
    const failed = await Promise.race([once(server, 'listening').then(() => undefined), once(server, 'error')])
    if (failed) return t.skip(`this machine has no ${host}: this was NOT tested`)
    const { port } = server.address() as AddressInfo
    const uid = process.getuid?.()
    assert.deepEqual(listenersOn(port), [uid])
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
