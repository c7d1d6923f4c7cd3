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
export { readMachineId } from './machine-id.io.ts'
export { noteMachine } from './machine-id.ts'
export { awaitedReboot, mayBeGoingDown } from './reboot.ts'
export { RebuildMark, type RebuildReason, rebuildText } from './rebuild-mark.ts'
