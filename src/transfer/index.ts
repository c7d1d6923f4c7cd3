export {
  type BlobRequestKind,
  bitAt,
  blobAnswerHeadBytes,
  blobProtocol,
  bytesOf,
  decodeAnswerHead,
  encodeBits,
  encodeRequest,
  isBulk,
  rangeBytesMax,
} from './blob-protocol.ts'
export { serveBlobs } from './blob-serve.ts'
export { Slots } from './blob-slots.ts'
export { filesOfOneQuestion, filesProtocol } from './files-together.ts'
export { unpack } from './packing.ts'
