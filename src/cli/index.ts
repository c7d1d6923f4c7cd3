export { failureText, runCli } from './cli.ts'
export { systemFiles } from './files.io.ts'
export type { Flags, SpawnedDaemon, Surroundings, Terminal, Verb } from './verb.ts'
