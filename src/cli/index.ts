export { runCli } from './cli.ts'
export { hasInput, standardInput, systemFiles } from './files.io.ts'
export type { Flags, SpawnedDaemon, Surroundings, Verb } from './verb.ts'
