import { resolve } from 'node:path'
import { lintFile, lintHost } from '../../config/index.ts'
import { aFile, findingsReport, jsonFlag, optionalWords } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const lintVerb = verb({
  name: 'lint',
  summary: 'Check the configuration',
  help:
    "Reads main.cf, conf/domain, and the files that IS_HMAC_KEYS and IS_NETS name, as this host's daemon would, " +
    'and reports everything that is wrong with them: errors, with which the daemon would not start, and warnings ' +
    'about what is legal but seldom meant. With files, reads only those, each as a main.cf. Exits 0 if there are ' +
    'no errors, 1 if there are. Needs no daemon.',
  exits: [0, 1],
  withoutConfig: true,
  options: { json: jsonFlag },
  arguments: { files: optionalWords('FILE', 'what to read, each as a main.cf', aFile) },
  run: async ({ flags, cwd, terminal, say }, { json, files }) => {
    const paths = files.map((file) => resolve(cwd, file))
    const findings = paths.length > 0 ? paths.flatMap(lintFile) : lintHost({ configPath: flags.config })
    const { text, summary, errors } = findingsReport(findings, json)
    terminal.out(text)
    say(summary)
    return errors > 0 ? 1 : 0
  },
})
