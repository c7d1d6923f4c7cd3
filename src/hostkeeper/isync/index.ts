export { runIsync } from './isync.io.ts'
export { lintFiles } from './lint-files.io.ts'
