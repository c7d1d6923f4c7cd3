/** The process of hostkeeper(8). */
import { programSurroundings, runHostkeeper } from './hostkeeper/index.ts'

process.exit(await runHostkeeper(process.argv.slice(2), programSurroundings))
