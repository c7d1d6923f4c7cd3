export { relayedAddress } from './address.ts'
export type { DomainKeys } from './admission.ts'
export { HangsError, NoAnswerError } from './answer-wait.ts'
export { openAsking } from './asked.ts'
export { hostCertificate } from './certificate.io.ts'
export { isLocalAddress } from './dialable.ts'
export type { AddressState } from './dialed-address.ts'
export { frameOf, StreamReader, writeFrame } from './frames.ts'
export type { Candidate } from './hosts-to-turn-to.ts'
export { LearnedAddresses } from './learned-addresses.ts'
export { Liveness } from './liveness.ts'
export { LocalDiscovery } from './local-discovery.io.ts'
export { NeighbourKeeper } from './neighbour-keeper.ts'
export { networkOf } from './networks.ts'
export { openTls } from './open-tls.io.ts'
export { peerIdOf, peerIdOfText, publicKeyOf } from './peer-id.ts'
export { Peering } from './peering.ts'
export { firstPortionBytes, ReadingPace } from './reading-pace.ts'
export { RelayHints, type Unconnected } from './relay-hints.ts'
export { answer, ask, RemoteError } from './rpc.ts'
export { type Stranger, Strangers } from './strangers.ts'
export {
  type ConnectedPeer,
  type FileTransport,
  firstBytesMax,
  type Opening,
  OwnAddressError,
  type PeerEvent,
  type PeerId,
  type PeerStream,
  type Transport,
} from './transport.ts'
