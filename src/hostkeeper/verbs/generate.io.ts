import { join, resolve } from 'node:path'
import { parseWords } from '../../terminal/index.ts'
import { isUpToDate, makefileOf, writeMakefile } from '../generate/generate.io.ts'
import { treeNames } from '../layout.ts'
import type { HostkeeperVerb } from '../verb.ts'

export const generateVerb: HostkeeperVerb = {
  name: 'generate',
  usage: 'generate [-o FILE] [--check] [DIR]',
  summary: 'Make packages.conf from small files, one for each package',
  help: 'Reads packages.d/NAME.yaml of the tree in DIR, by default that of this host, and writes a makefile of it: to standard output, or with -o into FILE, unless somebody has written that by hand. --check writes nothing and ends with 1 when FILE, by default packages.conf of the tree, is not what would be written.',
  exits: [0, 1],
  run: async ({ layout, cwd, terminal, say }, words) => {
    const parsed = parseWords('hostkeeper generate', words, { flags: ['--check'], values: ['-o'], words: 1 })
    const tree = resolve(cwd, parsed.words[0] ?? layout.tree)
    const output = parsed.value('-o')
    const makefile = makefileOf(tree)
    if (parsed.has('--check')) {
      const path = output === undefined ? join(tree, treeNames.packages) : resolve(cwd, output)
      if (isUpToDate(path, makefile)) return 0
      say(`${path} is not what hostkeeper generate would write`)
      return 1
    }
    if (output === undefined) terminal.out(makefile)
    else await writeMakefile(resolve(cwd, output), makefile)
    return 0
  },
}
