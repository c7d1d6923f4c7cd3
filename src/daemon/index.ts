export { type DaemonEnd, type DaemonOptions, runDaemon } from './process.io.ts'
export { sealHome } from './seal.io.ts'
