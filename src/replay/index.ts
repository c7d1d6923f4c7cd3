export { blobOf } from './apply.ts'
export { type UpDeps, type UpListener, up } from './up.ts'
