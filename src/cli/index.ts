export { failureText, runCli } from './cli.ts'
export type { Flags, SpawnedDaemon, Surroundings, Terminal, Verb } from './verb.ts'
