export {
  History,
  type HistoryEvent,
  type OperationRef,
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
export { awaitedReboot, mayBeGoingDown } from './reboot.ts'
