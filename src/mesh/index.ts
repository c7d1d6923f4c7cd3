/** The mesh: who is there, and streams, announcements, journals and blobs between the hosts of a domain. */
export { fetchBlob, serveBlobs } from './blob-exchange.ts'
export { askJournal, serveJournal } from './journal-exchange.ts'
export { openLibp2p } from './libp2p.io.ts'
export { Peering } from './peering.ts'
export { answer, ask, NoAnswerError } from './rpc.ts'
export type { PeerId, Transport } from './transport.ts'
