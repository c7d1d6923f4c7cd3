import assert from 'node:assert/strict'
import { generateKeyPairSync } from 'node:crypto'
import { createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { createServer as createTlsServer, type TlsOptions } from 'node:tls'
import { openRoad } from '../../test/contract/road.ts'
import { openMesh, p256Identity } from '../../test/support/mesh.ts'
import { systemClock } from '../base/clock.io.ts'
import { dialTls } from './dial.io.ts'
import { answer, ask } from './rpc.ts'
import { makeCertificate } from './self-signed.io.ts'
import { askPurpose } from './tls.io.ts'
import type { TlsTransport } from './tls-transport.io.ts'

async function host(context: TestContext): Promise<TlsTransport> {
  const transport = await openMesh()
  context.after(() => transport.close())
  return transport
}

/** Accepts connections and says nothing, as a host does that is frozen or behind a broken firewall. */
async function silent(context: TestContext, address: string, port: number) {
  const sockets: Socket[] = []
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined).resume()))
  await new Promise<void>((resolve) => server.listen(port, address, resolve))
  context.after(() => {
    for (const socket of sockets) socket.destroy()
    server.close()
  })
  return { port: (server.address() as { port: number }).port, sockets }
}

async function identity() {
  const { privateKey } = generateKeyPairSync('ed25519')
  return {
    key: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    cert: await makeCertificate(privateKey),
  }
}

test('a name with a dead address beside a live one is reached, whichever comes first', async (context) => {
  const alder = await host(context)
  const port = alder.listenPort()
  const { sockets } = await silent(context, '127.0.0.2', port)
  for (const ips of [
    ['127.0.0.2', '127.0.0.1'],
    ['127.0.0.1', '127.0.0.2'],
  ]) {
    const there = { host: 'alder.example', port, peer: undefined }
    const dialed = await dialTls(there, askPurpose, await identity(), AbortSignal.timeout(10_000), {
      resolve: async () => ips,
    })
    assert.deepEqual([dialed.peer, dialed.ip], [alder.self, '127.0.0.1'])
    dialed.socket.destroy()
  }
  // The dead one is let go as well.
  for (const socket of sockets) if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
})

test('a dial to a host that accepts and is silent ends when the caller says so, and leaves nothing open', async (context) => {
  const { port, sockets } = await silent(context, '127.0.0.1', 0)
  const alder = await host(context)
  const dialed = alder.dial(`/ip4/127.0.0.1/tcp/${port}`, AbortSignal.timeout(200))
  await assert.rejects(dialed, /timeout/)
  for (const socket of sockets) if (!socket.closed) await new Promise((resolve) => socket.once('close', resolve))
})

const listeners: readonly [string, TlsOptions, RegExp][] = [
  ['speaks TLS 1.2 only', { maxVersion: 'TLSv1.2' }, /unsupported protocol|protocol version/i],
  ['shows a certificate of another kind of key', await p256Identity(), /a certificate of an ec key was shown/],
  ['does not say what the connection is for', { ALPNProtocols: [] }, /is no host of ISconf/],
  ['speaks another protocol over TLS', { ALPNProtocols: ['h2', 'http/1.1'] }, /no application protocol/i],
]
for (const [what, options, why] of listeners) {
  test(`a dialer leaves whoever ${what}`, async (context) => {
    const theirs = { ...(await identity()), ALPNProtocols: [askPurpose] }
    const server = createTlsServer({ ...theirs, requestCert: true, rejectUnauthorized: false, ...options })
    server.on('secureConnection', (socket) => socket.on('error', () => undefined).resume())
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    context.after(() => server.close())
    const { port } = server.address() as { port: number }
    const there = { host: '127.0.0.1', port, peer: undefined }
    await assert.rejects(dialTls(there, askPurpose, await identity(), AbortSignal.timeout(10_000)), why)
  })
}

test('a name without an address fails at once, and says so', async () => {
  const there = { host: 'nobody.example', port: 1, peer: undefined }
  const dial = (resolve: () => Promise<readonly string[]>, ms: number) =>
    identity().then((own) => dialTls(there, askPurpose, own, AbortSignal.timeout(ms), { resolve }))
  await assert.rejects(
    dial(async () => [], 10_000),
    /no address/,
  )
})

test('hosts meet and answer over a line of 600 ms for each round trip', async (context) => {
  const [alder, birch] = [await host(context), await host(context)]
  const road = await openRoad(birch.listenPort(), 300)
  context.after(() => road.close())
  assert.equal(await alder.dial(`/ip4/127.0.0.1/tcp/${road.port}`), birch.self)
  answer(birch, '/test/1', { requestBytesMax: 100, concurrentPerPeerMax: 1 }, async () => 'here')
  const options = { timeoutMs: 5_000, clock: systemClock, answerBytesMax: 100 }
  assert.equal(await ask(alder, birch.self, '/test/1', null, options), 'here')
})
