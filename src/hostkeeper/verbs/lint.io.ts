import { resolve } from 'node:path'
import { findingsReport, parseWords } from '../../terminal/index.ts'
import { lintTree } from '../lint/lint.io.ts'
import type { HostkeeperVerb } from '../verb.ts'

export const lintVerb: HostkeeperVerb = {
  name: 'lint',
  usage: 'lint [--json] [TREE]',
  summary: 'Check hosts.conf against packages.conf, for all hosts',
  help: 'Reads a configuration tree, that of this host unless TREE is another, and says everything that is wrong with it: mistakes in hosts.conf and in packages.conf, words of PACKAGES and of actions that are no targets, targets that need what is none or each other in a circle; and as warnings what make warns of, targets to which no host comes, and steps that are done at every run. Needs no host, and changes nothing; make runs the $(shell) calls of packages.conf as it reads it. Exits 0 when there are no errors, 1 when there are.',
  exits: [0, 1],
  run: async (context, typed) => {
    const { words, has } = parseWords('hostkeeper lint', typed, { flags: ['--json'], words: 1 })
    const [tree] = words
    const path = tree === undefined ? context.layout.tree : resolve(context.cwd, tree)
    const { text, summary, errors } = findingsReport(await lintTree(path, context.settings.make), has('--json'))
    context.terminal.out(text)
    context.say(summary)
    return errors > 0 ? 1 : 0
  },
}
