/** What a Transport promises on which files are fetched, whatever it runs on. */
import assert from 'node:assert/strict'
import { answer, ask } from '../../src/mesh/rpc.ts'
import type { FileTransport, PeerId, PeerStream } from '../../src/mesh/transport.ts'
import { answerLimits, askOptions, checkIn, pair, protocol, readAll, type TransportWorld } from './transport-world.ts'

export function fileTransportContract(name: string, makeWorld: () => Promise<TransportWorld<FileTransport>>): void {
  const check = checkIn(name, makeWorld)
  check(
    'a stream for files carries bytes both ways, and no question waits behind what is not read of it',
    async (world) => {
      const { alder, birch } = await pair(world)
      birch.transport.handle(protocol, async (stream) => {
        for (;;) await stream.write(Buffer.alloc(256 * 1024))
      })
      answer(birch.transport, '/isconf/question/1', answerLimits, async () => 'here')
      const stream = await alder.transport.openFileStream(birch.transport.self, protocol)
      await stream.write(Buffer.from('the file'))
      const reader = stream.incoming[Symbol.asyncIterator]()
      assert.ok((await reader.next()).value?.length)
      assert.equal(await ask(alder.transport, birch.transport.self, '/isconf/question/1', 'there?', askOptions), 'here')
      stream.abort(new Error('read enough'))
      await assert.rejects(alder.transport.openFileStream(birch.transport.self, '/isconf/unknown/1'))
      await assert.rejects(alder.transport.openFileStream('nobody' as PeerId, protocol), /not connected/)
    },
  )

  check('a host that is no neighbour is dialed for files, and is no neighbour then either', async (world) => {
    const [alder, birch] = [await world.host('alder'), await world.host('birch')]
    const { self } = birch.transport
    birch.transport.handle(protocol, async (stream) => {
      await stream.write(Buffer.from(`for ${stream.peer}`))
    })
    const open = (): Promise<PeerStream> =>
      alder.transport.openFileStream(self, protocol, { addresses: [birch.address] })
    const answers = await Promise.all([open().then(readAll), open().then(readAll)])
    assert.deepEqual(answers.map(String), [`for ${alder.transport.self}`, `for ${alder.transport.self}`])
    assert.deepEqual([...alder.transport.peers(), ...birch.transport.peers()], [])
    await assert.rejects(alder.transport.openStream(self, protocol), /not connected/)
    const other = await world.host('cedar')
    const there = alder.transport.openFileStream(other.transport.self, protocol, { addresses: [birch.address] })
    await assert.rejects(there, 'another host answers at that address')
    const stranger = await world.host('dogwood', { domain: 'other.example' })
    await assert.rejects(stranger.transport.openFileStream(self, protocol, { addresses: [birch.address] }))
  })
}
