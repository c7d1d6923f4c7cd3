/** On which connection a stream to a peer is opened. */
import type { MeshAddress } from './address.ts'
import type { ByteConnections } from './byte-connections.io.ts'
import type { MeshConnection } from './connection.io.ts'
import type { FileConnections } from './file-connections.ts'
import type { Links } from './links.ts'
import type { PeerAddresses } from './peer-addresses.ts'
import { RefusedStreamError } from './session.io.ts'
import type { FileOpening, Opening, PeerId, PeerStream } from './transport.ts'

/** On the link with the peer. */
export async function openOnLink(
  links: Links<MeshConnection>,
  peer: PeerId,
  protocol: string,
  opening: Opening = {},
): Promise<PeerStream> {
  const best = links.toAsk(peer)
  if (best === undefined) throw new Error(`not connected to ${peer}`)
  try {
    return await openOn(best, protocol, opening)
  } catch (error) {
    // One that is on its way out takes no notice of what is asked last; another may be there.
    const other = links.toAsk(peer)
    if (!(error instanceof RefusedStreamError) || other === undefined || other === best) throw error
    return openOn(other, protocol, opening)
  }
}

export interface Connections {
  readonly files: FileConnections<MeshConnection>
  readonly links: Links<MeshConnection>
  readonly bytes: ByteConnections
  readonly at: Pick<PeerAddresses, 'dialedAt'>
}

/** On a connection for files if there can be one, otherwise on the link; what is large, on one of its own. */
export async function openForFile(
  { files, links, bytes, at }: Connections,
  peer: PeerId,
  protocol: string,
  opening: FileOpening = {},
): Promise<PeerStream> {
  const { signal, addresses, isLarge = false } = opening
  const link = links.toAsk(peer)
  // Where a host is reached over another one it can't be dialed.
  const isDialable = link === undefined ? addresses !== undefined : !link.isRelayed
  const byBytes = async (address: MeshAddress | undefined): Promise<PeerStream | undefined> => {
    const stream = address && (await bytes.open({ ...address, peer }, protocol, opening).catch(() => undefined))
    signal?.throwIfAborted()
    return stream
  }
  // No other connection for files is needed to know where the host answers.
  const straight = isLarge && link !== undefined && isDialable ? await byBytes(at.dialedAt(peer)) : undefined
  if (straight !== undefined) return straight
  const connection = isDialable ? await files.to(peer, link === undefined ? addresses : undefined) : undefined
  signal?.throwIfAborted()
  if (isLarge && connection !== undefined && !connection.isRelayed) {
    const { remoteAddress: host = '', remotePort: port = 0 } = connection.socket
    // A host of an earlier release takes none, and there may be no way for another connection.
    const stream = await byBytes({ host, port, peer })
    if (stream !== undefined) return stream
  }
  try {
    if (connection !== undefined) return await openOn(connection, protocol, opening)
  } catch (error) {
    if (!(error instanceof RefusedStreamError)) throw error
  }
  return openOnLink(links, peer, protocol, opening)
}

async function openOn(connection: MeshConnection, protocol: string, opening: Opening): Promise<PeerStream> {
  const stream = await connection.openStream(protocol, opening)
  if (stream === undefined) throw new Error(`${connection.peer} does not speak ${protocol}`)
  return stream
}
