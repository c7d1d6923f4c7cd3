/** What this process hands in to the programs of Hostkeeper. */
import { currentDirectory } from '../../base/caller.io.ts'
import { release } from '../../base/index.ts'
import { systemTerminal } from '../../terminal/index.ts'
import type { ProgramSurroundings } from './verb.ts'

export const programSurroundings: ProgramSurroundings = {
  terminal: systemTerminal,
  cwd: currentDirectory(),
  environment: process.env,
  release,
  onInterrupt: (listener) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => listener(signal))
  },
}
