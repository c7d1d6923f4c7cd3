export {
  History,
  type HistoryEntry,
  type HistoryEvent,
  type OperationRef,
  parseOperationKey,
  type Rebooting,
  type Standing,
  type StoppedOperation,
} from './history.ts'
export { loadHostKey } from './host-key.io.ts'
export { type MachineOptions, realMachine } from './machine.io.ts'
export type {
  Command,
  CommandResult,
  Entry,
  FileEntry,
  HookStage,
  InstallReport,
  Machine,
  OutputListener,
  OutputStream,
  Sighting,
} from './machine.ts'
export { readMachineId } from './machine-id.io.ts'
export { noteMachine } from './machine-id.ts'
export { awaitedReboot, mayBeGoingDown } from './reboot.ts'
export { RebuildMark, type RebuildReason, rebuildText } from './rebuild-mark.ts'
