export { lookAtTree, lookInto, type TreeLook } from './content.io.ts'
export { idOfName, treeBytesMax, treeEntriesMax } from './content.ts'
export { systemTreeDisk, type TreeDisk } from './disk.io.ts'
export { lintHosts, namesIn, readHostsConf } from './tree.io.ts'
export {
  fetchingPrefix,
  isUnchanged,
  pointAt,
  removeLeftovers,
  removeOldTrees,
  type Trees,
  treeOf,
  treesOf,
} from './trees.io.ts'
