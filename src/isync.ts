/** The process of isync(8). */
import { programSurroundings, runIsync } from './hostkeeper/index.ts'

process.exit(await runIsync(process.argv.slice(2), programSurroundings))
