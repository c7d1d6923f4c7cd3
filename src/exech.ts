/** The process of exech(8). */
import { runExech } from './hostkeeper/exech/index.ts'
import { programSurroundings } from './hostkeeper/program/index.ts'

void runExech(process.argv.slice(2), programSurroundings).then((status) => process.exit(status))
