export { buildCheckpoint } from './build.io.ts'
export { destinationOf } from './destination.io.ts'
export { pushCheckpoint, tagCheckpoint } from './publish.io.ts'
