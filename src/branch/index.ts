export { type BankFile, type BankFiles, Banks, bankAfter } from './bank.ts'
export { Branch } from './branch.ts'
export type { Addition, BranchChange, Fork, Taken } from './branch-types.ts'
export { asideName, Branches, firstBranch } from './branches.ts'
export { type BranchHold, holdOf, operationAt, type Voided, type Voids, voidsIn } from './directives.ts'
export { commonLength } from './divergent-lines.ts'
export { type LastDone, operationsDone } from './position.ts'
export { type RecordedKind, type RecordedPaths, recordedPaths } from './recorded-paths.ts'
export { hasFork, linesOfSplit, refuseSplit } from './split.ts'
export {
  type BranchState,
  branchStateSchema,
  changed,
  isSameState,
  type Lock,
  lockedBy,
  otherUserHint,
} from './state.ts'
export { type Proposal, pledgeMs, type Vote, voteSchema } from './vote.ts'
