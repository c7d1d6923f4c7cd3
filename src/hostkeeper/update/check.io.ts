/** Whether this host can do something with a tree. */
import { IsconfError } from '../../base/index.ts'
import { resolveHost } from '../hosts-conf/index.ts'
import { lintTree } from '../lint/index.ts'
import type { ProgramContext } from '../program/index.ts'
import type { ChannelNumbers } from '../sources/index.ts'
import { readHostsConf, type TreeDisk } from '../tree/index.ts'

/** What is needed to do something with trees. */
export interface TreeDeps extends Pick<ProgramContext, 'settings' | 'layout' | 'names' | 'environment'> {
  readonly disk: TreeDisk
  /** Aborted when a person presses Ctrl-C. */
  readonly signal: AbortSignal
  readonly channels?: ChannelNumbers
}

/** Everything that keeps this host from using the tree, each with file and line below the tree; none when it is good. */
export async function problemsOf(tree: string, deps: TreeDeps): Promise<readonly string[]> {
  const { settings, names, environment } = deps
  const findings = (await lintTree(tree, settings.make)).filter(({ severity }) => severity === 'error')
  const problems = findings.map(({ file, line, message }) =>
    [file, line, ` ${message}`]
      .filter((part) => part !== null)
      .join(':')
      .trimStart(),
  )
  try {
    resolveHost(readHostsConf(tree), names, (name) => environment[name])
  } catch (error) {
    if (!(error instanceof IsconfError)) throw error
    problems.push(error.message)
  }
  return [...new Set(problems)].map((problem) => problem.replaceAll(`${tree}/`, ''))
}

/** Fails with TREE_REFUSED, which names all that is wrong. */
export function refuseFor(about: string, problems: readonly string[]): void {
  if (problems.length === 0) return
  const shown = problems.slice(0, problemsShown)
  const rest = problems.length - shown.length
  const more = rest === 0 ? [] : [`and ${rest} more`]
  throw new IsconfError('TREE_REFUSED', `${about} cannot be used:`, { list: [...shown, ...more] })
}

/** More of them would push the beginning out of sight. */
const problemsShown = 20
