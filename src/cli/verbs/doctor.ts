import { inOneLine, toIsconfError } from '../../base/index.ts'
import { lintHost } from '../../config/index.ts'
import type { Diagnosis } from '../../control/index.ts'
import { jsonFlag } from '../../terminal/index.ts'
import { type VerbContext, verb } from '../verb.ts'

export const doctorVerb = verb({
  name: 'doctor',
  summary: 'Find what is wrong with this host, and what to do',
  help:
    'Looks at the configuration, whether the daemon runs, and asks it about what stops this host, its clock beside those of other hosts, the room on the ' +
    'disk of IS_HOME, keys and who may read them, owners of files that are to be installed, connections, and the ' +
    'releases of all hosts. Says what to do about each. Changes nothing. Exits with 1 when anything is wrong.',
  exits: [0, 1],
  withoutConfig: true,
  options: { json: jsonFlag },
  run: async (context, { json }) => {
    const found = await diagnosesOf(context)
    context.terminal.out(json ? `${JSON.stringify({ diagnoses: found })}\n` : found.map(describe).join(''), {
      error: 'red',
      warning: 'yellow',
    })
    return found.every(({ severity }) => severity === 'good') ? 0 : 1
  },
})

async function diagnosesOf(context: VerbContext): Promise<readonly Diagnosis[]> {
  const findings = lintHost({ configPath: context.flags.config })
  const config = findings.map(({ severity, file, line, message }): Diagnosis => {
    const place = file === null ? '' : line === null ? `${file}: ` : `${file}:${line}: `
    return { check: 'config', severity, message: `${place}${message}`, hint: 'correct it; isconf lint checks it again' }
  })
  if (config.some(({ severity }) => severity === 'error')) return config
  const good: Diagnosis = { check: 'config', severity: 'good', message: 'nothing is wrong', hint: null }
  // What is wrong with a file is said once.
  const isNew = ({ check, message }: Diagnosis): boolean =>
    check !== 'host' || !findings.some(({ file }) => file !== null && message.startsWith(`${file} `))
  return [...(config.length > 0 ? config : [good]), ...(await askDaemon(context)).filter(isNew)]
}

/** A daemon that does not answer, or waits for a domain, is a finding itself. */
async function askDaemon({ client }: VerbContext): Promise<readonly Diagnosis[]> {
  try {
    return (await client.get('/v1/doctor')) as readonly Diagnosis[]
  } catch (thrown) {
    const { message, hint } = toIsconfError(thrown)
    return [{ check: 'daemon', severity: 'error', message, hint }]
  }
}

function describe({ check, severity, message, hint }: Diagnosis): string {
  const words = `${severity.padEnd(8)} ${check.padEnd(9)} ${inOneLine(message)}\n`
  return hint === null ? words : `${words}${' '.repeat(19)}${inOneLine(hint)}\n`
}
