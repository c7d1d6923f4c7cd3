/** Transports of the mesh whose network is at the other end of a channel: in this process, or in one of its own. */

import { generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { systemClock } from '../../src/base/clock.io.ts'
import { type Clock, type Log, release, silentLog } from '../../src/base/index.ts'
import { descriptorOf } from '../../src/machine/index.ts'
import { noKeys } from '../../src/mesh/admission.ts'
import { makeCertificate } from '../../src/mesh/self-signed.io.ts'
import { Channel } from '../../src/network/channel.ts'
import { connectionNumber, HandedOver } from '../../src/network/handed-over.ts'
import { beginHandover, takeHandover } from '../../src/network/handover.io.ts'
import { type Ask, askOver } from '../../src/network/local/ask.ts'
import { LocalServers } from '../../src/network/local/servers.io.ts'
import { LocalServices } from '../../src/network/local/services.ts'
import type { FromNetwork, ToNetwork } from '../../src/network/messages.ts'
import { NetworkEnd } from '../../src/network/network-end.io.ts'
import { NetworkSession } from '../../src/network/network-session.ts'
import { type NetworkOptions, NetworkTransport } from '../../src/network/network-transport.ts'
import { logOver } from '../../src/network/reports.ts'
import type { NetworkProcess } from '../../src/network/session-options.ts'
import type { HostOptions } from '../contract/transport-world.ts'

/** The other end, without a process; one that `serves` is handed open files, where that can be done. */
export async function networkInThisProcess({ serves = false } = {}): Promise<NetworkProcess> {
  const [socket, other] = await socketPair()
  // In one go, so that nothing else takes what was sent.
  const handover = serves ? beginHandover(socket) : undefined
  const { words, take } = handover ? takeHandover(descriptorOf(other) as number) : {}
  const { promise: ended, resolve } = Promise.withResolvers<string>()
  const end = new NetworkEnd(
    other,
    ({ message }) => {
      void end.close()
      handover?.close()
      resolve(message)
    },
    take,
  )
  if (words !== undefined) other.unshift(words)
  return { socket, handOver: handover?.handOver, lend: handover?.lend, ended, kill: () => void other.destroy() }
}

/** Such ends, and a list of those that were started; each after the first begins when it may. */
export function networksInThisProcess(mayStart: Promise<void> = Promise.resolve()): {
  readonly processes: readonly NetworkProcess[]
  readonly startProcess: () => Promise<NetworkProcess>
} {
  const processes: NetworkProcess[] = []
  const startProcess = async (): Promise<NetworkProcess> => {
    if (processes.length > 0) await mayStart
    const started = await networkInThisProcess()
    processes.push(started)
    return started
  }
  return { processes, startProcess }
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
    onSettings: () => () => undefined,
    onOtherRelease: () => undefined,
    startProcess: networkInThisProcess,
    onOwnIdentity: () => undefined,
    ...changes,
  })
}

/** What the daemon has served on this host by a network process, and how that asks it. */
interface ServedOverChannel {
  readonly local: LocalServices
  readonly ask: Ask
}

/** The network process is this one, too, at the other end of a channel; `clock` is that of its servers. It ends with the test. */
export async function servedOverChannel(
  t: TestContext,
  clock: Clock = systemClock,
  log: Log = silentLog,
): Promise<ServedOverChannel> {
  const [socket, other] = await socketPair()
  // In one go, so that nothing else takes what was sent.
  const handover = beginHandover(socket)
  const { words, take } = takeHandover(descriptorOf(other) as number)
  other.unshift(words)
  const handedOver = take && new HandedOver(take)
  const local = new LocalServices()
  const none = (): undefined => undefined
  const session = new NetworkSession({
    ...{ socket, clock: systemClock, log, local, handOver: handover?.handOver },
    ...{ serve: none, onPeer: none, onOwnIdentity: none, onOver: none },
  })
  const channel: Channel = new Channel({
    ...{ socket: other, numbers: 'even', clock: systemClock, onOver: none },
    onMessage: (told) => {
      const message = told as ToNetwork
      if (message.type === 'serve') void servers.serve(message)
      else if (message.type === 'connection')
        servers.take(message.connection, handedOver?.of(connectionNumber(message.connection)))
    },
  })
  const send = (message: FromNetwork): void => channel.send(message)
  const ask = askOver(channel)
  send({ type: 'hello', release })
  const servers = new LocalServers({ ask, send, clock, log: logOver(send) })
  local.begin(session)
  t.after(async () => {
    await servers.close()
    session.close(new Error('the test is over'))
    handover?.close()
  })
  return { local, ask }
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
