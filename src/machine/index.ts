export { systemMachine } from './machine.io.ts'
export type {
  CommandResult,
  Entry,
  FileEntry,
  HookStage,
  Inspection,
  Installation,
  Machine,
  OutputListener,
  OutputStream,
} from './machine.ts'
