/** What the programs of the package share towards the person who types. */
export type { Colours } from './colours.ts'
export { commonVerbs } from './common-verbs.ts'
export { count } from './count.ts'
export * from './declaration.ts'
export { failureText, withHelpOf } from './failure.ts'
export { findingsReport } from './findings.ts'
export { withMovingLine } from './moving-line.ts'
export { readPlain } from './plain-words.ts'
export {
  debugFlag,
  type ProgramProcess,
  quietFlag,
  runProgram,
  runVerb,
  told,
  verbWords,
} from './program.ts'
export { refuseStrayFlags } from './program-flags.ts'
export { listing, table } from './table.ts'
export { systemTerminal } from './terminal.io.ts'
export type { Terminal } from './terminal.ts'
export { usagesOf, verbUsage } from './usage.ts'
