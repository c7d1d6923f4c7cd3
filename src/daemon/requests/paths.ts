import * as z from 'zod'
import { type RecordedPaths, recordedPaths } from '../../branch/index.ts'
import { type PathsAnswer, pathsMax } from '../../control/index.ts'
import { cwd } from './shared/input.ts'
import type { Parts } from './shared/parts.ts'
import { request } from './shared/request.ts'

export const pathsRequest = request({
  name: 'paths',
  kind: 'query',
  result: 'the recorded paths of the branch of this host that begin with a prefix, each up to its next slash',
  details:
    '`paths`: by name, each beginning as the prefix was typed, a directory with a slash behind it; what was removed is ' +
    `not among them. At most ${pathsMax}, of which the last is the last of all. \`more\`: how many there are besides.`,
  input: z.strictObject({ cwd, prefix: z.string().default('').describe('absolute, or from `cwd`') }),
  run: async ({ branch, machine }: Pick<Parts, 'branch' | 'machine'>, { cwd, prefix }): Promise<PathsAnswer> => {
    const folder = prefix.slice(0, prefix.lastIndexOf('/') + 1)
    const top = machine.journalPath(folder === '' ? '.' : folder, cwd)
    const below = top === '/' ? top : `${top}/`
    const names = namesBelow(await recordedPaths(branch, []), below, prefix.slice(folder.length))
    const paths = names.map((name) => `${folder}${name}`)
    const more = Math.max(0, paths.length - pathsMax)
    // Shells complete what all that is offered has in common: that of the first and the last of all.
    return { paths: more === 0 ? paths : [...paths.slice(0, pathsMax - 1), ...paths.slice(-1)], more }
  },
})

/** What is directly below a directory and begins with some letters, by name; directories with a slash behind them. */
function namesBelow(recorded: RecordedPaths, directory: string, letters: string): readonly string[] {
  const wanted = `${directory}${letters}`
  const names = new Set<string>()
  for (const [path, kind] of recorded) {
    if (path === '/' || !path.startsWith(wanted)) continue
    const end = path.indexOf('/', directory.length)
    const name = path.slice(directory.length, end === -1 ? undefined : end)
    const itself = end === -1 ? kind : recorded.get(`${directory}${name}`)
    names.add(itself === 'file' || itself === 'symlink' ? name : `${name}/`)
  }
  return [...names].sort()
}
