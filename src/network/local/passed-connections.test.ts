/** Whose connections to the package bank the network process serves, and what of it depends on that process. */
import assert from 'node:assert/strict'
import { once } from 'node:events'
import { type AddressInfo, connect, createServer, Socket } from 'node:net'
import { type TestContext, test } from 'node:test'
import { until } from '../../../test/harness/run.ts'
import { connectAsPlainUser } from '../../../test/support/foreign-port.ts'
import { servedOverChannel, socketPair } from '../../../test/support/network.ts'
import { unlessRootHas } from '../../../test/support/tools.ts'
import { type BankServer, type BankSource, serveBank } from '../../bank/index.ts'
import { systemClock as clock } from '../../base/clock.io.ts'
import { silentLog as log } from '../../base/index.ts'
import { descriptorOf, systemCalls } from '../../machine/index.ts'
import { HandedOver } from '../handed-over.ts'
import { beginHandover, takeHandover } from '../handover.io.ts'
import { LocalServices } from './services.ts'

const blob = { id: 'ab'.repeat(32), sizeBytes: 5, pieces: 'cd'.repeat(32) }
const source: BankSource = {
  find: async (name) => ({ branch: 'web', blob: name === 'foo' ? blob : undefined }),
  names: async () => ['foo'],
  read: async function* () {
    yield Buffer.from('right')
  },
}
const skip = systemCalls().calls ? unlessRootHas() : 'no descriptors can be handed over here: this was NOT tested'

async function bankOf(t: TestContext, local: LocalServices): Promise<{ readonly port: number; readonly url: string }> {
  const bank: BankServer = await serveBank({ port: 0, connections: local.bankConnections(source, log), clock, log })
  t.after(() => bank.close())
  const url = `${bank.address()}/foo`
  return { port: Number(new URL(url).port), url }
}

/** What comes on a connection that asks for a file, to its end. */
async function answerOn(socket: Socket): Promise<string> {
  socket.write('GET /pkgbank/foo HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n')
  try {
    return Buffer.concat(await socket.toArray()).toString()
  } catch (error) {
    return (error as Error).message
  }
}

test("wrong bytes of the network process reach a plain user's programs, and none of root's", { skip }, async (t) => {
  const [socket, other] = await socketPair()
  const handover = beginHandover(socket)
  const { take } = takeHandover(descriptorOf(other) as number)
  const handedOver = new HandedOver(take ?? assert.fail('nothing is handed over'))
  t.after(() => handover?.close())
  t.after(() => socket.destroy())
  const local = new LocalServices()
  const passed: Socket[] = []
  const { port, url } = await bankOf(t, local)
  local.begin({
    handOver: (number, descriptors) => {
      handover?.handOver(number, descriptors)
      const [descriptor] = handedOver.of(number)
      passed.push(new Socket({ fd: descriptor as number }).end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nwrong'))
    },
    send: () => undefined,
  })
  assert.match(await answerOn(await connectAsPlainUser(port)), /wrong$/)
  assert.equal(await (await fetch(url)).text(), 'right')
  assert.equal(passed.length, 1)

  // Without that process nobody is left who would serve the plain user.
  local.lost()
  assert.doesNotMatch(await answerOn(await connectAsPlainUser(port)), /HTTP/)
  assert.equal(await (await fetch(url)).text(), 'right')
})

test("a connection that may be anybody's is ended, and counted no more", { skip }, async (t) => {
  const { local } = await servedOverChannel(t)
  const connections = local.bankConnections(source, log)
  const left = Promise.withResolvers<void>()
  const server = createServer({ pauseOnConnect: true }, (socket) => {
    connections.serve(socket, { isOwn: undefined, leave: left.resolve })
  }).listen(0, '127.0.0.1')
  t.after(() => server.close())
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  assert.doesNotMatch(await answerOn(connect(port, '127.0.0.1')), /HTTP/)
  await left.promise
})

test('a plain user has eight connections at once, and another one when one of them is over', { skip }, async (t) => {
  const { local } = await servedOverChannel(t)
  const { port, url } = await bankOf(t, local)
  const eight = await Promise.all(Array.from({ length: 8 }, () => connectAsPlainUser(port)))
  t.after(() => {
    for (const socket of eight) socket.destroy()
  })
  await Promise.all(eight.map((socket) => once(socket, 'connect')))
  assert.doesNotMatch(await answerOn(await connectAsPlainUser(port)), /HTTP/)
  assert.equal(await (await fetch(url)).text(), 'right')
  eight.shift()?.destroy()
  await until(async () => (await answerOn(await connectAsPlainUser(port))).endsWith('right'), 'there is room')
})
