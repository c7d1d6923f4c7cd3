export { earlyStampLine, unbelievable } from './believable.ts'
export type { MakeDatabase, MakeRule, Recipe } from './database.ts'
export { actionNames, goalsOf, wordsOf } from './goals.ts'
export { beginsNothing } from './idle.ts'
export {
  type DryRun,
  dryRun,
  leavingMakefiles,
  type MakeCall,
  type MakeReading,
  notRun,
  readMakefile,
} from './make.io.ts'
export { environmentFor, hostOf, type ManagedHost, managedHost, readsTheSameAgain } from './managed-host.io.ts'
export { needsFirst } from './needs-first.ts'
export { type BegunStep, doubtful, parseProgress, progressLine, progressName } from './progress.ts'
export {
  allNeeds,
  dependents,
  isIntermediate,
  leavesStamp,
  madeWith,
  oldFileFlags,
  outdated,
  ruleFor,
  stepsFor,
} from './steps.ts'
export { makeWords, runningWords, shAssignments, withVariables } from './words.ts'
