export {
  blobsOf,
  type Changeset,
  lineBytesMax,
  type Place,
  parseChain,
  parseLine,
  publicKeyText,
  type SignedChangeset,
  signChangeset,
} from './changeset.ts'
export { findOperation } from './find-operation.ts'
export { Journal, type JournalRange } from './journal.ts'
export { branchNameSchema, changesetIdSchema } from './name-schemas.ts'
export {
  type BankOperation,
  blobOf,
  type DirectoryOperation,
  describeOperation,
  type ExecOperation,
  type FileOperation,
  type Operation,
  type Owner,
  operationSchema,
  type ParentDirectory,
  quoteWord,
  type RebootOperation,
  type RemovalOperation,
  type SnapOperation,
  type SymlinkOperation,
} from './operation.ts'
