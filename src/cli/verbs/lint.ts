import { resolve } from 'node:path'
import { IsconfError } from '../../base/index.ts'
import { lintFile, lintHost } from '../../config/index.ts'
import { findingsReport } from '../../terminal/index.ts'
import type { Verb } from '../verb.ts'

export const lintVerb: Verb = {
  name: 'lint',
  usage: 'lint [--json] [FILE...]',
  summary: 'Check the configuration',
  help: 'Reads main.cf, conf/domain, and the files that IS_HMAC_KEYS and IS_NETS name, as the daemon of this host would, and says everything that is wrong with them: errors, with which the daemon does not start, and warnings of what is legal and seldom meant. With files, reads only those, each as a main.cf. Exits 0 when there are no errors, 1 when there are. With --json, one object. Needs no daemon.',
  exits: [0, 1],
  withoutConfig: true,
  run: async ({ flags, cwd, terminal, say }, words) => {
    const { json, files } = parseWords(words)
    const paths = files.map((file) => resolve(cwd, file))
    const findings = paths.length > 0 ? paths.flatMap(lintFile) : lintHost({ configPath: flags.config })
    const { text, summary, errors } = findingsReport(findings, json)
    terminal.out(text)
    say(summary)
    return errors > 0 ? 1 : 0
  },
}

function parseWords(words: readonly string[]): { readonly json: boolean; readonly files: readonly string[] } {
  const flags = words.filter((word) => word.startsWith('-'))
  const wrong = flags.find((word) => word !== '--json')
  if (wrong !== undefined) throw new IsconfError('USAGE', `isconf lint takes no ${JSON.stringify(wrong)}`)
  return { json: flags.length > 0, files: words.filter((word) => !word.startsWith('-')) }
}
