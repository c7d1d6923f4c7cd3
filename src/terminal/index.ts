/** What the programs of the package share towards the person who types. */
export { commandOf } from './command-line.ts'
export { count } from './count.ts'
export * from './declaration.ts'
export { failureText } from './failure.ts'
export { findingsReport } from './findings.ts'
export {
  commonVerbs,
  debugFlag,
  type ProgramProcess,
  programCommand,
  quietFlag,
  runProgram,
  runVerb,
  verbWords,
} from './program.ts'
export { refuseStrayFlags } from './program-flags.ts'
export { listing, table } from './table.ts'
export { systemTerminal } from './terminal.io.ts'
export type { Terminal } from './terminal.ts'
export { usagesOf, verbUsage } from './usage.ts'
