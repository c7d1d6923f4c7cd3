/** A host of Hostkeeper: an ISCONFDIR of its own, and the program that npm publishes. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin, type Run, type Running } from '../harness/run.ts'
import { type Ending, temporaryDirectory } from '../support/files.ts'

const hostkeeperProgram = fileURLToPath(new URL('../../dist/hostkeeper.js', import.meta.url))

/** Files by their path; those whose path begins with bin/ or ends in .isconf can be run. */
export type Files = Readonly<Record<string, string>>

export interface HostkeeperHost {
  /** Holds all that the test makes; removed with it. */
  readonly directory: string
  readonly program: string
  /** ISCONFDIR. */
  readonly home: string
  /** What is in the environment of its programs besides PATH and HOME. */
  readonly env: Record<string, string>
  /** `hostkeeper WORDS...` */
  run(...words: readonly string[]): Promise<Run>
  begin(...words: readonly string[]): Running
}

/** A host called scramjet whose tree holds these files; without any it has no tree. */
export function hostkeeperHost(ending: Ending, tree: Files = {}): HostkeeperHost {
  const directory = temporaryDirectory(ending)
  const home = join(directory, 'home')
  const env: Record<string, string> = {
    ISCONFDIR: home,
    HOSTKEEPER_MOTD: join(directory, 'motd.d'),
    IS_HOSTNAME: 'scramjet.example.com',
  }
  if (Object.keys(tree).length > 0) writeFiles(join(home, 'tree'), tree)
  const settings = join(directory, 'hostkeeper.conf')
  writeFileSync(settings, '')
  const start = (...words: readonly string[]): Running => {
    const { PATH = '', HOME = '/' } = process.env
    const argv = [process.execPath, hostkeeperProgram, '-c', settings, ...words]
    return begin(argv, { cwd: directory, env: { PATH, HOME, ...env } })
  }
  return { directory, home, env, program: hostkeeperProgram, begin: start, run: (...words) => start(...words).done }
}

export function writeFiles(directory: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, /^bin\/|\.isconf$/.test(name) ? 0o755 : 0o644)
  }
}
