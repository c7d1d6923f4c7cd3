/** Hostkeeper: hosts.conf, packages.conf and make at boot. */
export { runHostkeeper } from './hostkeeper.io.ts'
export { programSurroundings } from './surroundings.io.ts'
