export { systemMachine } from './machine.io.ts'
export type {
  CommandResult,
  Entry,
  FileEntry,
  HookStage,
  Inspection,
  InstallReport,
  Machine,
  OutputListener,
  OutputStream,
} from './machine.ts'
