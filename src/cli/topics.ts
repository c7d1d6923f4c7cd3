/** What `isconf help` explains besides the verbs: failures by their code, settings by their name. */
import { errorKinds } from '../base/index.ts'
import { settings } from '../config/index.ts'
import { listing, type Topic } from '../terminal/index.ts'

const failures = Object.entries(errorKinds)
const described = Object.values(settings).map(({ env, form, describe, needsRestart }) => ({
  env,
  text: `${env} (${form}): ${describe}${needsRestart ? ' A change needs a restart of the daemon.' : ''}`,
}))

export const topics: readonly Topic[] = [
  {
    name: 'failures',
    text: `${listing(
      failures.map(([code, { exit }]) => [code, `exit status ${exit}`]),
      '',
    )}\nisconf help CODE says what to do.\n`,
  },
  { name: 'settings', text: `${described.map(({ text }) => `${text}\n`).join('\n')}` },
  ...failures.map(([name, { exit, hint }]) => ({ name, text: `${name}, exit status ${exit}\n\n${hint}\n` })),
  ...described.map(({ env: name, text }) => ({ name, text: `${text}\n` })),
]
