export { deviationsMax, type OwnWords } from './announcement.ts'
export { BlobReplicator } from './blobs/blob-replicator.ts'
export { BootRecord } from './boot-report.ts'
export {
  type ClockOfHost,
  distinctName,
  type GroupedRecord,
  HostRecords,
  Inventory,
  type KeptRecord,
  type KnownHost,
  type Namesake,
  type RecordMap,
  unheardMs,
  type VerifyRecord,
} from './inventory/index.ts'
export { serveJournal } from './journal-exchange.ts'
export { journalSource } from './journal-source.ts'
export { askOutput, serveOutputs } from './output-exchange.ts'
export type { PeerTrouble } from './peer-troubles.ts'
export { ReachablePeers } from './reachable-peers.ts'
export {
  askRehearsal,
  type PeerVerdict,
  type WorkToRehearse,
} from './rehearsal-exchange.ts'
export { fetchFiles } from './rehearsal-files.ts'
export { type RehearsalAsker, serveRehearsals } from './rehearsal-serve.ts'
export { Replicator } from './replicator.ts'
export { Resolutions } from './resolutions.ts'
export { type Unfetched, unfetchedText } from './unfetched.ts'
export { agreeBytesMax, agreeProtocol, meshVoters } from './voters.ts'
