import { join, resolve } from 'node:path'
import { aFile, flag, optionalWord, value } from '../../terminal/index.ts'
import { treeNames, verb } from '../program/index.ts'

export const generateVerb = verb({
  name: 'generate',
  summary: 'Make packages.conf from small files, one for each package',
  help:
    'Reads packages.d/NAME.yaml of the tree and makes a makefile from them: to standard output, or with -o to a ' +
    'file. --check compares it with that file, or with packages.conf of the tree.',
  exits: [0, 1],
  options: {
    output: value('-o, --output <file>', 'write to this file, unless somebody wrote it by hand', aFile),
    check: flag('--check', 'write nothing; exit with 1 if the file differs from what would be written'),
  },
  arguments: { directory: optionalWord('DIR', 'the tree, by default that of this host', aFile) },
  run: async ({ layout, cwd, terminal, say }, { output, check, directory }) => {
    // The parser of YAML takes as long to load as all the rest, and no boot needs it.
    const { isUpToDate, makefileOf, writeMakefile } = await import('../generate/index.ts')
    const tree = resolve(cwd, directory ?? layout.tree)
    const makefile = makefileOf(tree)
    if (check) {
      const path = output === undefined ? join(tree, treeNames.packages) : resolve(cwd, output)
      if (isUpToDate(path, makefile)) return 0
      say(`${path} is not what hostkeeper generate would write`)
      return 1
    }
    if (output === undefined) terminal.out(Buffer.from(makefile))
    else await writeMakefile(resolve(cwd, output), makefile)
    return 0
  },
})
