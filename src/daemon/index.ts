export { HostDaemon, type Identity, type World } from './host-daemon.ts'
export { type DaemonOptions, runDaemon } from './process.io.ts'
