export type { TreeDeps } from './check.io.ts'
export { bringTree, type Fetched, fetchTree } from './fetch.io.ts'
export { rollBack, type Switched, switchTree } from './switch.io.ts'
export { treeDeps, withTrees } from './verb-deps.io.ts'
