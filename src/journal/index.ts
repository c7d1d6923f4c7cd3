export {
  type Changeset,
  lineBytesMax,
  type Place,
  parseLine,
  publicKeyText,
  type SignedChangeset,
  signChangeset,
} from './changeset.ts'
export { Journal, type JournalRange } from './journal.ts'
export { branchNameSchema, changesetIdSchema } from './name-schemas.ts'
export {
  describeOperation,
  type ExecOperation,
  type Operation,
  type Owner,
  operationSchema,
  type ParentDirectory,
  type SnapOperation,
} from './operation.ts'
