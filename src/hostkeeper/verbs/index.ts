export { runHostkeeper } from './hostkeeper.io.ts'
