export { runIsync } from './isync.io.ts'
