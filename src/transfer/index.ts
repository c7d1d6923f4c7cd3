export { askForFiles } from './ask-for-files.ts'
export { BlobLane } from './blob-lane.ts'
export {
  bitAt,
  blobRequestBytes,
  bytesOf,
  decodeRequest,
  encodeBits,
  encodeRequest,
  rangeBytesMax,
} from './blob-protocol.ts'
export { serveBlobs } from './blob-serve.ts'
export { Slots } from './blob-slots.ts'
export type {
  FetchingProcess,
  FetchingTransport,
  FileAsked,
  FilesAsked,
  FilesStream,
  LaneQuestion,
  LaneStream,
} from './fetching.ts'
export { filesOfOneQuestion, filesProtocol } from './files-together.ts'
export type { Holdings, LaneParts, LanePeer, PieceRun } from './lane-types.ts'
export { usefulBytes } from './stall-watch.ts'
