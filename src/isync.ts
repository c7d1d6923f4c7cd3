/** The process of isync(8). */
import { runIsync } from './hostkeeper/isync/index.ts'
import { programSurroundings } from './hostkeeper/program/index.ts'

void runIsync(process.argv.slice(2), programSurroundings).then((status) => process.exit(status))
