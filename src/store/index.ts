/** Blobs by hash: whole ones kept once, partial ones verified piece by piece. */
export type { BlobStore } from './blob-store.ts'
export { hashThreads } from './hash-thread.io.ts'
export { blobPath } from './layout.ts'
export { openStore, type StoreParts } from './open-store.ts'
export { workerPieceHasher } from './piece-hash.io.ts'
export { workerWholeHasher } from './whole-hash.io.ts'
export { inlineWholeHasher, type WholeHash, type WholeHasher } from './whole-hash.ts'
