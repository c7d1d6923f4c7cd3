export { type DaemonOptions, runDaemon } from './process.io.ts'
