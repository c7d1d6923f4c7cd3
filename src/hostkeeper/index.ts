/** Hostkeeper: hosts.conf, packages.conf and make at boot. */

export { runExech } from './exech/exech.io.ts'
export { runHostkeeper } from './hostkeeper.io.ts'
export { runIsync } from './isync/isync.io.ts'
export { programSurroundings } from './surroundings.io.ts'
export { hostkeeperVerbs } from './verbs/index.ts'
