import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { foreignPort, plainUid } from '../../test/support/foreign-port.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { refuseForeignBank } from './bank-listener.io.ts'

test("a package bank whose port is a plain user's is refused, by either name of the host", {
  skip: unlessRootHas(),
}, async (t) => {
  const port = await foreignPort(t)
  for (const host of ['127.0.0.1', 'localhost']) {
    assert.throws(() => refuseForeignBank(['rpm', '-U', `http://${host}:${port}/pkgbank/foo.rpm`]), {
      code: 'BANK_FOREIGN',
      message: new RegExp(`^port ${port} of 127\\.0\\.0\\.1, .* belongs to .* user ${plainUid}$`),
    })
  }
  // Whoever asks a server of theirs for something else is not our business.
  refuseForeignBank(['curl', `http://127.0.0.1:${port}/health`, `http://10.0.0.1:${port}/pkgbank/x`])
})

test('a package bank of the own user, or at a port where nobody listens, is not refused', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pkgbank/foo`
  refuseForeignBank([address])
  server.close()
  await once(server, 'close')
  refuseForeignBank([address])
})
