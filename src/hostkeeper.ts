/** The process of hostkeeper(8). */

import { programSurroundings } from './hostkeeper/program/index.ts'
import { runHostkeeper } from './hostkeeper/verbs/index.ts'

void runHostkeeper(process.argv.slice(2), programSurroundings).then((status) => process.exit(status))
