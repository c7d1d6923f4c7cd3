export { buildCheckpoint, pushCheckpoint, tagCheckpoint } from './checkpoint.io.ts'
export { destinationOf } from './destination.io.ts'
