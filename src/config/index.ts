/** Settings: what they are, where they come from, and the files that are read again when they change. */
export { type Config, domainFilePath } from './config.ts'
export type { HmacKeys } from './hmac-keys.ts'
export { type LoadOptions, loadConfig } from './load.io.ts'
export type { HostNames } from './main-cf-resolve.ts'
export { multiaddrOf, type NetAddress, type Nets } from './nets.ts'
export { waitingForRestart } from './reread.ts'
export { execVariable, type OwnerMode, type Setting } from './settings.ts'
export { type WatchDeps, watchHmacKeys, watchNets } from './watch.io.ts'
