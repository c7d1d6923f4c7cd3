/** A host of Hostkeeper on which only hostkeeper itself is typed. */
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { Run, Running } from '../harness/run.ts'
import type { Ending } from '../support/files.ts'
import { hostkeeperHost } from './host.ts'

/** Files by their path; those whose path begins with bin/ or ends in .isconf can be run. */
export type Files = Readonly<Record<string, string>>

export interface TreeHost {
  /** Holds all that the test makes; removed with it. */
  readonly directory: string
  /** ISCONFDIR. */
  readonly home: string
  /** What a test adds to the environment of its programs. */
  readonly env: Record<string, string>
  /** `hostkeeper WORDS...` */
  run(...words: readonly string[]): Promise<Run>
  begin(...words: readonly string[]): Running
  /** Another command. */
  beginCommand(words: readonly string[]): Running
}

/** A host called scramjet whose tree holds these files; without any it has no tree. */
export function treeHost(ending: Ending, tree: Files = {}): TreeHost {
  const host = hostkeeperHost(ending, { 'hostkeeper.conf': '' })
  const { directory } = host
  const home = host.path('isconf')
  const env: Record<string, string> = { HOSTKEEPER_MOTD: host.path('motd.d'), HOSTKEEPER_RUN: host.path('run') }
  if (Object.keys(tree).length > 0) writeFiles(join(home, 'tree'), tree)
  const beginCommand = (words: readonly string[]): Running => host.begin(words, env)
  const start = (...words: readonly string[]): Running =>
    beginCommand(['hostkeeper', '-c', host.path('hostkeeper.conf'), ...words])
  return { directory, home, env, begin: start, run: (...words) => start(...words).done, beginCommand }
}

export function writeFiles(directory: string, files: Files): void {
  for (const [name, text] of Object.entries(files)) {
    const path = join(directory, name)
    mkdirSync(dirname(path), { recursive: true })
    writeFileSync(path, text)
    chmodSync(path, /^bin\/|\.isconf$/.test(name) ? 0o755 : 0o644)
  }
}
