import { flag, optionalWords } from '../../terminal/index.ts'
import { verb } from '../program/index.ts'
import { failAsMake, planRun, runActions, saidExcluded } from '../run/index.ts'
import { sayUnvouched } from '../sources/index.ts'

export const runVerb = verb({
  name: 'run',
  summary: 'Do the steps that this host has not done',
  help:
    'Reads hosts.conf, sets up the environment of make, and runs it on packages.conf in the stamp directory. An ' +
    'ACTION is INSTALL, BOOT, CRON, CFCLUSTER or any variable of this host that holds targets; if no word is an ' +
    'action, the words are targets of packages.conf. Without words, and for INSTALL, BOOT and CRON if the host ' +
    'has no such variable, make does its first target. Steps that have a stamp are not done again. Exits with ' +
    'the status of make, or 2 when it was interrupted.',
  exits: [0, 1, 2],
  options: {
    dryRun: flag('-n, --dry-run', 'show what would be done, and run no more than plan does; as NOOP=1 does'),
    wait: flag(
      '--wait',
      'as at boot: wait for the name and the domain of this host, HOSTKEEPER_TIMEOUT seconds at the most',
    ),
  },
  arguments: { words: optionalWords('ACTION', 'what to do') },
  run: async (context, { dryRun, wait, words }) => {
    const { environment, debug, terminal } = context
    const asked = { words, trace: debug || isSet(environment['DEBUG']), wait }
    sayUnvouched(context)
    if (!dryRun && !isSet(environment['NOOP'])) return runActions(context, asked)
    if (saidExcluded(context)) return 0
    const { make } = planRun(context, asked)
    terminal.out(Buffer.from(make.text))
    failAsMake(make)
    return 0
  },
})

/** NOOP=0 and NOOP= say no. */
const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'
