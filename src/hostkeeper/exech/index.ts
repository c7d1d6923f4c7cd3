export { runExech } from './exech.io.ts'
