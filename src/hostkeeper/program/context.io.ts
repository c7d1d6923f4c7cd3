/** What a program of Hostkeeper is handed, and what it knows about its host. */
import { isAbsolute, resolve } from 'node:path'
import { currentDirectory } from '../../base/caller.io.ts'
import { refuseChangeable, refuseChangeableTree } from '../../base/changeable.io.ts'
import { inOneLine, release, requireDirectory } from '../../base/index.ts'
import { type HostNames, namesOf } from '../../config/index.ts'
import { systemTerminal } from '../../terminal/index.ts'
import { type Layout, layoutOf } from './layout.ts'
import type { ProgramFlags } from './program.ts'
import { loadSettings } from './settings.io.ts'
import type { Settings } from './settings.ts'
import type { ProgramContext, ProgramSurroundings } from './verb.ts'

/** What this process hands in. */
export const programSurroundings: ProgramSurroundings = {
  terminal: systemTerminal,
  cwd: currentDirectory(),
  environment: process.env,
  release,
  onInterrupt: (listener) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => listener(signal))
  },
}

export function contextOf(program: string, flags: ProgramFlags, surroundings: ProgramSurroundings): ProgramContext {
  const { terminal, environment } = surroundings
  let settings: Settings | undefined
  let layout: Layout | undefined
  let names: HostNames | undefined
  const context: ProgramContext = {
    ...surroundings,
    debug: flags.debug,
    quiet: flags.quiet,
    get settings(): Settings {
      if (settings === undefined) {
        settings = loadSettings(flags.config && fromHere(context, flags.config), environment)
        refuseChangeable('hostkeeperHome', settings.home)
        layout = layoutOf(settings.home)
        refuseChangeableTree('hostkeeperHome', layout.tree)
      }
      return settings
    },
    get cwd() {
      return requireDirectory(surroundings.cwd)
    },
    get layout(): Layout {
      layout ??= layoutOf(context.settings.home)
      return layout
    },
    get names(): HostNames {
      names ??= namesOf({}, environment)
      return names
    },
    say: (text) => {
      if (!flags.quiet) terminal.err(`${program}: ${inOneLine(text)}\n`)
    },
  }
  return context
}

function fromHere(context: ProgramContext, path: string): string {
  return isAbsolute(path) ? path : resolve(context.cwd, path)
}
