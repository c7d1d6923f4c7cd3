export { askedBy, descriptorOf } from './asked-by.io.ts'
export { limitRemarks } from './command-limits.io.ts'
export { commandUmask } from './command-limits.ts'
export { giveMemoryBackAtRest } from './give-back.io.ts'
export { HardLinks } from './hard-links.ts'
export { leftOutText } from './hosts-own-paths.ts'
export { makeParent, type Prepared, prepareBeside, setModeAndOwner } from './install.io.ts'
export type { Change, LookAhead } from './look-ahead.ts'
export { systemMachine, temporaryFilesOf } from './machine.io.ts'
export type {
  Command,
  CommandListener,
  CommandResult,
  Difference,
  Entry,
  FileEntry,
  HookStage,
  Inspection,
  Installation,
  Machine,
  OutputListener,
  OutputStream,
  PathState,
  RecordedPath,
} from './machine.ts'
export { mounts } from './mounts.io.ts'
export { lastLine, type OutputEnd, OutputTail } from './output-tail.ts'
export { holdPackages } from './package-lock.io.ts'
export { protectedText, refusalText } from './refusal-text.io.ts'
export { runWatched, silentMsMax } from './run-watched.ts'
export type { MappedMemory } from './shared-memory-calls.ts'
export { syncDirectory } from './sync-directory.io.ts'
export { systemCalls } from './system-calls.io.ts'
export { tcpCaller } from './tcp-caller.io.ts'
export { type Staging, TemporaryFiles } from './temporary-files.io.ts'
