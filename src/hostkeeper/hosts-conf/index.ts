export {
  type HostsConf,
  type HostsFile,
  type Placed,
  parseHostsConf,
  type ResolvedHost,
  refuseUnnamed,
  resolveHost,
} from './hosts-conf.ts'
export { lintHostsFiles } from './lint.ts'
export { macroNames } from './macros.ts'
export { defaultEntry } from './types.ts'
