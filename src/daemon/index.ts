export type { DaemonEnd } from './ending.io.ts'
export { leaveHome } from './leave.io.ts'
export { type DaemonOptions, runDaemon } from './process.io.ts'
export { noteSameHost, sealHome } from './seal.io.ts'
