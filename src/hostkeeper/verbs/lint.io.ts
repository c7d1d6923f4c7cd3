import { resolve } from 'node:path'
import { aFile, findingsReport, jsonFlag, optionalWord } from '../../terminal/index.ts'
import { lintTree } from '../lint/index.ts'
import { verb } from '../program/index.ts'

export const lintVerb = verb({
  name: 'lint',
  summary: 'Check hosts.conf against packages.conf, for all hosts',
  help:
    'Reads a configuration tree and reports everything that is wrong with it: mistakes in hosts.conf and ' +
    'packages.conf, words of PACKAGES and of actions that are not targets, missing prerequisites and circles; ' +
    'and as warnings what make warns about, targets that no host uses, and steps that are done at every run. ' +
    'Needs no host, and changes nothing; but make runs the $(shell) calls of packages.conf when it reads it. ' +
    'Exits 0 if there are no errors, 1 if there are.',
  exits: [0, 1],
  options: { json: jsonFlag },
  arguments: { tree: optionalWord('TREE', 'the tree to read, by default that of this host', aFile) },
  run: async (context, { json, tree }) => {
    const path = tree === undefined ? context.layout.tree : resolve(context.cwd, tree)
    const { text, summary, errors } = findingsReport(await lintTree(path, context.settings.make), json)
    context.terminal.out(text)
    context.say(summary)
    return errors > 0 ? 1 : 0
  },
})
