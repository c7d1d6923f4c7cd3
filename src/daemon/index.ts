export { type DaemonEnd, type DaemonOptions, runDaemon } from './process.io.ts'
