import { resolve } from 'node:path'
import { type Finding, lintFile, lintHost } from '../../config/index.ts'
import type { Status, WaitingStatus } from '../../control/index.ts'
import { aFile, findingsReport, jsonFlag, optionalWords } from '../../terminal/index.ts'
import { type VerbContext, verb } from '../verb.ts'

export const lintVerb = verb({
  name: 'lint',
  summary: 'Check the configuration',
  help:
    "Reads main.cf, conf/domain, and the files that IS_HMAC_KEYS and IS_NETS name, as this host's daemon would, " +
    'and reports everything that is wrong: errors, with which the daemon would not start, and warnings about what ' +
    'is legal but seldom meant. With files, reads only those, each as a main.cf. If the daemon is running, also ' +
    "reports which of the hosts that it was told of it can't reach, and why. Exits with 0 if there are no errors, " +
    'and 1 if there are. Needs no daemon.',
  exits: [0, 1],
  withoutConfig: true,
  options: { json: jsonFlag },
  arguments: { files: optionalWords('FILE', 'what to read, each as a main.cf', aFile) },
  run: async (context, { json, files }) => {
    const { cwd, terminal, say } = context
    const paths = files.map((file) => resolve(cwd, file))
    const findings = paths.length > 0 ? paths.flatMap(lintFile) : await lintThisHost(context)
    const { text, summary, errors } = findingsReport(findings, json)
    terminal.out(text)
    say(summary)
    return errors > 0 ? 1 : 0
  },
})

/** What is wrong with the files, and what the daemon has met with, if there is one. */
async function lintThisHost(context: VerbContext): Promise<readonly Finding[]> {
  const findings = lintHost({ configPath: context.flags.config })
  if (findings.some(({ severity }) => severity === 'error')) return findings
  return [...findings, ...(await unreached(context))]
}

async function unreached(context: VerbContext): Promise<readonly Finding[]> {
  try {
    const status = (await context.client.get('/v1/status')) as Status | WaitingStatus
    if ('waiting' in status) return []
    return status.mesh.unreached.map(({ address, reason }) => ({
      ...{ severity: 'warning', file: null, line: null },
      message: `no host can be reached at ${address}: ${reason}`,
    }))
  } catch {
    // There is none, or it is of another user or release.
    return []
  }
}
