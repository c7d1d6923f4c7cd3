/** Transports of the mesh whose network is at the other end of a channel: in this process, or in one of its own. */

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { systemClock } from '../../src/base/clock.io.ts'
import { silentLog } from '../../src/base/index.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { makeCertificate } from '../../src/mesh/self-signed.io.ts'
import { NetworkEnd } from '../../src/network/network-end.io.ts'
import type { NetworkProcess } from '../../src/network/network-process.ts'
import { type NetworkOptions, NetworkTransport } from '../../src/network/network-transport.ts'
import type { HostOptions } from '../contract/transport.ts'

/** The other end, without a process. */
export async function networkInThisProcess(): Promise<NetworkProcess> {
  const [socket, other] = await socketPair()
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const end = new NetworkEnd(other, ({ message }) => {
    void end.close()
    resolve(message)
  })
  return { socket, ended, kill: () => void other.destroy() }
}

/** One that listens on a free port of 127.0.0.1; the caller closes it. */
export async function openNetwork(
  { domain = 'x.example', keys = () => noKeys }: HostOptions = {},
  changes: Partial<NetworkOptions> = {},
): Promise<NetworkTransport> {
  const { hostKey = generateKeyPairSync('ed25519').privateKey } = changes
  return NetworkTransport.open({
    ...{ domain, hostKey, host: '127.0.0.1', port: 0, clock: systemClock, log: silentLog },
    certificate: await makeCertificate(hostKey),
    settings: () => ({ keys: keys(), discovers: false }),
    startProcess: networkInThisProcess,
    onOwnIdentity: () => undefined,
    ...changes,
  })
}

/** The port that it listens on. */
export function listenPortOf(transport: NetworkTransport): number {
  return Number(/\/tcp\/(\d+)/.exec(transport.facts().addresses[0] ?? '')?.[1])
}

/** Both ends of a unix socket: what is sent is copied, as between processes. */
export async function socketPair(): Promise<readonly [Socket, Socket]> {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-channel-'))
  const server = createServer().listen(join(directory, 'socket'))
  try {
    await once(server, 'listening')
    const accepted = once(server, 'connection') as Promise<[Socket]>
    const socket = connect(join(directory, 'socket'))
    const [other] = await accepted
    return [socket, other]
  } finally {
    server.close()
    rmSync(directory, { recursive: true })
  }
}
