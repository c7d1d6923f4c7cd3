import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, type Socket } from 'node:net'
import { test } from 'node:test'
import { callerOf } from '../base/tcp-owners.io.ts'
import { systemCalls } from './system-calls.io.ts'
import { tcpCaller } from './tcp-caller.io.ts'

const ways = { 'the list': callerOf, 'a question': systemCalls().calls?.callerOf, either: tcpCaller }

for (const [way, caller] of Object.entries(ways)) {
  for (const from of ['127.0.0.1', '::ffff:127.0.0.1']) {
    test(`who has called from ${from} is known by ${way}, while they have the connection`, {
      skip: caller === undefined && 'koffi is not here: this was NOT tested',
    }, async (t) => {
      if (caller === undefined) return
      const server = createServer().listen(0, '127.0.0.1')
      t.after(() => server.close())
      await once(server, 'listening')
      const accepted = once(server, 'connection') as Promise<[Socket]>
      const call = connect((server.address() as AddressInfo).port, from)
      t.after(() => call.destroy())
      const [socket] = await accepted
      const { remoteAddress, remotePort, localAddress, localPort } = socket
      const ends = { remoteAddress, remotePort, localAddress, localPort }
      assert.equal(caller(ends), process.getuid?.())
      // Of each of these somebody else could have a connection, or listen there.
      for (const other of [
        { localPort: 1 },
        { remotePort: 1 },
        { remotePort: localPort },
        { localAddress: '127.0.0.2' },
        { remoteAddress: '127.0.0.2' },
      ])
        assert.equal(caller({ ...ends, ...other }), undefined)
      // Then the kernel has it, which says that it is root's.
      call.destroy()
      await once(socket.resume(), 'end')
      assert.equal(caller(ends), undefined)
    })
  }
}
