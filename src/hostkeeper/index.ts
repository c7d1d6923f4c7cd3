/** Hostkeeper: hosts.conf, packages.conf and make at boot. */

export { exechProgram, runExech } from './exech/exech.io.ts'
export { runHostkeeper } from './hostkeeper.io.ts'
export { isyncProgram, runIsync } from './isync/isync.io.ts'
export { programSurroundings } from './surroundings.io.ts'
export { hostkeeper, hostkeeperVerbs } from './verbs/index.ts'
