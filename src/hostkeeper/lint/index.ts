export { lintTree } from './lint.io.ts'
