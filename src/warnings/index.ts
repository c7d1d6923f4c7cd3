/** Operations that do not replay: a table of how to recognise them, what happens, and what to type instead. */
export { type Moment, warningsOf } from './check.ts'
export { type Invocation, invocationsOf } from './invocations.ts'
export type { ArchiveMember, Around, HostFacts, MountFacts, PathFacts, Warning } from './warning.ts'
