/** The process of exech(8). */
import { programSurroundings, runExech } from './hostkeeper/index.ts'

process.exit(await runExech(process.argv.slice(2), programSurroundings))
