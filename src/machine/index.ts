export { realMachine } from './machine.io.ts'
export type {
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
