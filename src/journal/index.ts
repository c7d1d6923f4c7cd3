export { isAbout, isAboutTree, isWithin } from './about-path.ts'
export { askedBySchema } from './asked-by-schema.ts'
export {
  askedByOf,
  blobsOf,
  lineBytesMax,
  type Place,
  parseChain,
  parseLine,
  publicKeyText,
  type SignedChangeset,
  signChangeset,
} from './changeset.ts'
export { type Changeset, messageLengthMax } from './changeset-form.ts'
export { describeInBrief, describeOperation } from './describe-operation.ts'
export { findChangeset, findOperation } from './find-operation.ts'
export { Journal, type JournalRange } from './journal.ts'
export { journalBeforeDamage } from './load-journal.ts'
export { branchNameSchema, changesetIdSchema, countSchema, timeSchema } from './name-schemas.ts'
export {
  asWritten,
  type BankOperation,
  blobOf,
  type DirectoryOperation,
  type ExecOperation,
  type FileOperation,
  type KnownOperation,
  type Operation,
  type Owner,
  operationSchema,
  type ParentDirectory,
  type RebootOperation,
  type RemovalOperation,
  recordedOperationSchema,
  type SnapOperation,
  type SymlinkOperation,
  type UnknownOperation,
  type VoidOperation,
} from './operation.ts'
