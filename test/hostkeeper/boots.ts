/** A boot as the units in packaging/ say it: their own commands, in their order, with other paths. */
import { existsSync, readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import type { Run, Running } from '../harness/run.ts'
import type { Ending } from '../support/files.ts'
import { type Files, type TreeHost, treeHost, writeFiles } from './tree-host.ts'

const packaging = fileURLToPath(new URL('../../packaging/', import.meta.url))
export const hookPath = join(packaging, 'rc.isconf')

/** The commands of a unit. */
export function commandsOf(unit: string): readonly string[] {
  const text = readFileSync(join(packaging, unit), 'utf8')
  return [...text.matchAll(/^ExecStart=(.*)$/gm)].map(([, command = '']) => command)
}

export interface BootHost extends TreeHost {
  /** What the source gives out. */
  readonly source: string
  /** Puts a tree where the source is; PACKAGES=a b makes a and b, each noted with the version in {@link done}. */
  publish(version: string, packages: string, more?: Files): void
  /** Boots; the services come only when hostkeeper.service has not failed. */
  boot(shell?: string): Promise<Run>
  /** The hook alone. */
  hook(...words: readonly string[]): Running
  /** What was done since the last time somebody looked, in its order: steps with their version, and `services`. */
  done(): readonly string[]
}

export function bootHost(ending: Ending): BootHost {
  const host = treeHost(ending)
  const { directory, home, env } = host
  const [source, notes] = [join(directory, 'source'), join(directory, 'notes')]
  writeFiles(directory, {
    'bin/systemctl': `#!/bin/sh\necho services >> "${notes}"\n`,
    'hostkeeper.conf': `ISCONFDIR=${home} # a comment\nHOSTKEEPER_SOURCE="${source}"\nHOSTKEEPER_TIMEOUT=2\n`,
  })
  Object.assign(env, {
    HOSTKEEPER_TARGET: 'graphical.target',
    NOTES: notes,
    HOSTKEEPER_CONF: join(directory, 'hostkeeper.conf'),
  })
  const start = (line: string): Running => host.beginCommand(['sh', '-c', line])
  const hookLine = (command: string, shell: string): string =>
    command.replace('/usr/lib/isconf/rc.isconf', `${shell} ${hookPath}`).replace('/usr/bin/', '')
  return {
    ...host,
    source,
    publish: (version, packages, more = {}) =>
      writeFiles(source, {
        'hosts.conf': `DEFAULT: PACKAGES=a\nscramjet: PACKAGES="${packages}"\n`,
        'packages.conf': `all: $(PACKAGES)\na b c d:\n\techo $@-${version} >> ${notes}\n\ttouch $@\nbad:\n\tfalse\n`,
        'bin/platform': '#!/bin/sh\necho linux_2.2.17-14_i686\n',
        ...more,
      }),
    boot: async (shell = 'sh') => {
      const [command = ''] = commandsOf('hostkeeper.service')
      const run = await start(hookLine(command, shell)).done
      if (run.status !== 0) return run
      for (const next of commandsOf('hostkeeper-services.service')) await start(hookLine(next, shell)).done
      return run
    },
    hook: (...words) => start(['sh', hookPath, ...words].join(' ')),
    done: () => {
      const text = existsSync(notes) ? readFileSync(notes, 'utf8') : ''
      writeFileSync(notes, '')
      return text.split('\n').slice(0, -1)
    },
  }
}
