/** Transports of the mesh for tests: real ones, on loopback, each with a key of its own. */
import { generateKeyPairSync } from 'node:crypto'
import { systemClock } from '../../src/base/clock.io.ts'
import { silentLog } from '../../src/base/index.ts'
import { systemRandom } from '../../src/base/random.io.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { openTls } from '../../src/mesh/open-tls.io.ts'
import { makeCertificate } from '../../src/mesh/self-signed.io.ts'
import type { TlsTransport } from '../../src/mesh/tls-transport.io.ts'
import type { TlsTransportOptions } from '../../src/mesh/tls-transport-options.ts'

/** Opens one that listens on a free port of 127.0.0.1; the caller closes it. */
export async function openMesh(changes: Partial<TlsTransportOptions> = {}): Promise<TlsTransport> {
  const { hostKey = generateKeyPairSync('ed25519').privateKey } = changes
  return openTls({
    hostKey,
    certificate: await makeCertificate(hostKey),
    host: '127.0.0.1',
    port: 0,
    domain: 'x.example',
    keys: () => noKeys,
    clock: systemClock,
    random: systemRandom,
    log: silentLog,
    onOwnIdentity: () => undefined,
    ...changes,
  })
}

/** Where another transport of this machine dials it. */
export function addressOf(transport: TlsTransport): string {
  return `/ip4/127.0.0.1/tcp/${transport.listenPort()}`
}
