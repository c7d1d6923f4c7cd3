export {
  type Channel,
  channelText,
  directoryAddress,
  isArchiveName,
  parseChannel,
  rsyncAddress,
  schemeOf,
  shownAddress,
} from './address.ts'
export { type CommandContext, runCommand, sshCommand } from './command.io.ts'
export { receive, withDaemon } from './daemon.io.ts'
export { downloadFile } from './download.io.ts'
export { ed25519Key } from './key.io.ts'
export type { ChannelNumbers } from './source.ts'
export { sourceOf } from './table.io.ts'
export { changeable, refuseUnsigned, refuseUnvouched, sayChangeable, sayUnvouched } from './vouched.ts'
