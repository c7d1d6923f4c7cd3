/** Who has seen a host's certificate has not become that host: the key that is in it has to sign. */
import assert from 'node:assert/strict'
import { generateKeyPairSync, X509Certificate } from 'node:crypto'
import { connect, createServer, type Socket } from 'node:net'
import test, { type TestContext } from 'node:test'
import { until } from '../../test/harness/run.ts'
import { forgeAsDialer, forgeAsListener, type Shown, type Verdict } from '../../test/support/forged-tls/handshake.ts'
import { openMesh } from '../../test/support/mesh.ts'
import { makeCertificate } from './self-signed.io.ts'
import { bytesPurpose, purposes } from './tls.io.ts'

/** A host's certificate with its own key, and with that of somebody else. */
async function identities(): Promise<{ readonly own: Shown; readonly stolen: Shown }> {
  const [host, thief] = [generateKeyPairSync('ed25519'), generateKeyPairSync('ed25519')]
  const certificate = new X509Certificate(await makeCertificate(host.privateKey)).raw
  return { own: { certificate, key: host.privateKey }, stolen: { certificate, key: thief.privateKey } }
}

test('a listener takes no certificate from a dialer that can not sign with its key', async (context) => {
  const { own, stolen } = await identities()
  const birch = await openMesh()
  context.after(() => birch.close())
  const dial = async (purpose: string, shown: Shown): Promise<Verdict> => {
    const socket = connect(birch.listenPort(), '127.0.0.1').on('error', () => undefined)
    context.after(() => socket.destroy())
    return forgeAsDialer(socket, purpose, shown)
  }
  for (const [index, purpose] of purposes.entries()) {
    assert.equal(await dial(purpose, stolen), 'alert 51', purpose)
    await until(() => birch.refusalCounts().broken === index + 1, 'it is counted')
  }
  assert.deepEqual(birch.peers(), [])
  // The same conversation with the right key is TLS: it ends at the admission, which must come before any bytes.
  for (const purpose of purposes.filter((one) => one !== bytesPurpose))
    assert.equal(await dial(purpose, own), 'goes on', purpose)
})

test('a dialer takes no certificate from a listener that can not sign with its key', async (context) => {
  const { own, stolen } = await identities()
  const alder = await openMesh()
  context.after(() => alder.close())
  assert.equal(await dialed(context, alder, stolen), 'alert 51')
  assert.deepEqual(alder.peers(), [])
  assert.equal(await dialed(context, alder, own), 'goes on')
})

/** What a host says to whoever answers where it dials. */
async function dialed(
  context: TestContext,
  host: Awaited<ReturnType<typeof openMesh>>,
  shown: Shown,
): Promise<Verdict> {
  const verdict = Promise.withResolvers<Verdict>()
  const sockets: Socket[] = []
  const server = createServer((socket) => {
    sockets.push(socket.on('error', () => undefined))
    forgeAsListener(socket, shown).then(verdict.resolve, verdict.reject)
  }).listen(0, '127.0.0.1')
  context.after(() => server.close())
  await until(() => server.listening, 'somebody listens')
  const { port } = server.address() as { readonly port: number }
  const dial = host.dial(`/ip4/127.0.0.1/tcp/${port}`)
  const failed = assert.rejects(dial)
  const found = await verdict.promise
  for (const socket of sockets) socket.destroy()
  await failed
  return found
}
