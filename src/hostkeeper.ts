/** The process of hostkeeper(8). */

import { programSurroundings } from './hostkeeper/program/index.ts'
import { runHostkeeper } from './hostkeeper/verbs/index.ts'

process.exit(await runHostkeeper(process.argv.slice(2), programSurroundings))
