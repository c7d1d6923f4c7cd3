export { type DaemonEnd, type DaemonOptions, runDaemon } from './process.io.ts'
export { sealHome } from './requests/seal.io.ts'
