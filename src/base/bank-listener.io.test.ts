import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, createServer } from 'node:net'
import { test } from 'node:test'
import { foreignPort, plainUid } from '../../test/support/foreign-port.ts'
import { unlessRootHas } from '../../test/support/tools.ts'
import { refuseForeignBank } from './bank-listener.io.ts'
import { listenersOn } from './tcp-owners.io.ts'

const none = (): undefined => undefined

test("a package bank whose port is a plain user's is refused, by either name of the host", {
  skip: unlessRootHas(),
}, async (t) => {
  const port = await foreignPort(t)
  const [{ inode } = assert.fail('nobody listens')] = listenersOn(port)
  for (const host of ['127.0.0.1', 'localhost']) {
    const command = ['rpm', '-U', `http://${host}:${port}/pkgbank/foo.rpm`]
    const refused = {
      code: 'BANK_FOREIGN',
      message: new RegExp(`^port ${port} of 127\\.0\\.0\\.1, .* belongs to .* user ${plainUid}$`),
    }
    await assert.rejects(refuseForeignBank(command, none), refused)
    await assert.rejects(
      refuseForeignBank(command, async () => inode + 1),
      refused,
    )
    // The daemon has it serve the bank.
    await refuseForeignBank(command, async () => inode)
  }
  // Whoever asks a server of theirs for something else is not our business.
  await refuseForeignBank(['curl', `http://127.0.0.1:${port}/health`, `http://10.0.0.1:${port}/pkgbank/x`], none)
})

test('a package bank of the own user, or at a port where nobody listens, is not refused', async () => {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}/pkgbank/foo`
  await refuseForeignBank([address], none)
  server.close()
  await once(server, 'close')
  await refuseForeignBank([address], none)
})
