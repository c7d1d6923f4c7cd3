/** A host of Hostkeeper in a directory of its own. */
import { chmodSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin, type Run, type Running } from '../harness/run.ts'
import { type Ending, temporaryDirectory } from '../support/files.ts'

const dist = fileURLToPath(new URL('../../dist', import.meta.url))

/** conf/linux.mk of a tree whose steps write below their HOME: otherwise they have that of this user. */
export const homeOfSteps = 'HOME = $(ISCONFDIR)/..\n'

export interface HostkeeperHost {
  /** Holds `isconf` (ISCONFDIR), `root` (what stands for /), and `bin`, which comes first in PATH. */
  readonly directory: string
  /** What every program gets: ISCONFDIR, HOSTKEEPER_ROOT, PATH and the name of the host. */
  readonly env: NodeJS.ProcessEnv
  path(name: string): string
  read(name: string): string
  /** A program with `#!` is made executable. */
  write(name: string, text: string, mode?: number): void
  /** Runs a program of the package, as `isync etc/ntp.conf`, or another one, as `make`. */
  run(...words: readonly string[]): Promise<Run>
  begin(words: readonly string[], env?: NodeJS.ProcessEnv, cwd?: string): Running
}

/** `files` are paths below the directory and their texts: `isconf/tree/hosts.conf`. */
export function hostkeeperHost(ending: Ending, files: Readonly<Record<string, string>> = {}): HostkeeperHost {
  const directory = temporaryDirectory(ending)
  for (const name of ['isconf', 'root', 'bin']) mkdirSync(join(directory, name))
  for (const program of ['hostkeeper', 'isync', 'exech']) {
    const path = join(directory, 'bin', program)
    // Steps find isync and exech beside the hostkeeper that was typed, and so by the name that it was typed with.
    symlinkSync(join(dist, `${program}.js`), `${path}.js`)
    writeFileSync(path, `#!/bin/sh\nexec '${process.execPath}' '${path}.js' "$@"\n`, { mode: 0o755 })
  }
  const env = {
    PATH: `${join(directory, 'bin')}:${process.env['PATH']}`,
    LC_ALL: process.env['LC_ALL'],
    TZ: process.env['TZ'],
    HOME: directory,
    ISCONFDIR: join(directory, 'isconf'),
    HOSTKEEPER_ROOT: join(directory, 'root'),
    HOSTKEEPER_MOTD: join(directory, 'motd.d'),
    HOSTKEEPER_RUN: join(directory, 'run'),
    IS_HOSTNAME: 'scramjet.example.com',
    IS_HOME: join(directory, 'is'),
  }
  const host: HostkeeperHost = {
    directory,
    env,
    path: (name) => join(directory, name),
    read: (name) => readFileSync(join(directory, name), 'utf8'),
    write: (name, text, mode) => {
      const path = join(directory, name)
      mkdirSync(dirname(path), { recursive: true })
      writeFileSync(path, text)
      if (mode !== undefined || text.startsWith('#!')) chmodSync(path, mode ?? 0o755)
    },
    run: (...words) => host.begin(words).done,
    begin: ([program = '', ...words], more = {}, cwd = directory) =>
      begin([program, ...words], { cwd, env: { ...env, ...more } }),
  }
  for (const [name, text] of Object.entries(files)) host.write(name, text)
  return host
}
