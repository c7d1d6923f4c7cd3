export { type BringDeps, bringTree, type FetchDeps, type Fetched, fetchTree } from './fetch.io.ts'
export { rollBack, type Switched, switchTree } from './switch.io.ts'
export { interruptible, withTrees } from './verb-deps.io.ts'
