/** Starts the mesh's Transport on js-libp2p. */
import { IsconfError } from '../base/index.ts'
import { Admitted } from './admitted.ts'
import { Libp2pTransport } from './libp2p.io.ts'
import { type Libp2pOptions, makeNode } from './libp2p-node.io.ts'
import { Refusals } from './refusals.ts'

/** Makes the transport and listens. PORT_TAKEN when something else does already. */
export async function openLibp2p(options: Libp2pOptions): Promise<Libp2pTransport> {
  const refusals = new Refusals(options.clock, options.log)
  const admitted = new Admitted()
  const node = await makeNode(options, refusals, admitted)
  // Before the start, so that no peer is missed that comes while it goes on.
  const transport = new Libp2pTransport(node, refusals, admitted, options)
  try {
    await node.start()
  } catch (error) {
    await transport.close()
    if (!/EADDRINUSE/.test(String(error))) throw error
    throw new IsconfError('PORT_TAKEN', `port ${options.port} on ${options.host} is taken`, { cause: error })
  }
  return transport
}
