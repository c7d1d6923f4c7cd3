import { parseWords } from '../../terminal/index.ts'
import { failAsMake, planRun } from '../run/plan.io.ts'
import { runActions, saidExcluded } from '../run/run.io.ts'
import type { HostkeeperVerb } from '../verb.ts'

export const runVerb: HostkeeperVerb = {
  name: 'run',
  usage: 'run [-n] [--wait] [ACTION...]',
  summary: 'Do what this host lacks',
  help: 'Reads hosts.conf, sets up the surroundings of make, and runs it on packages.conf in the directory of the stamps. An ACTION is INSTALL, BOOT, CRON, CFCLUSTER or any variable of this host that holds targets; words of which none is an action are targets of packages.conf. Without words, and for INSTALL, BOOT and CRON where the host has no such variable, make does its first target. What is done already, which a stamp says, is not done again. With -n, or NOOP=1 in the environment, shows what would be done, and changes nothing. With --wait, as at boot, a host that has no name yet, or not its domain, is waited for, HOSTKEEPER_TIMEOUT seconds at the most. Exits with the status of make, 2 when it was interrupted.',
  exits: [0, 1, 2],
  run: async (context, typed) => {
    const { words, has } = parseWords('hostkeeper run', typed, { flags: ['-n', '--wait'], words: runWordsMax })
    const { environment, debug, terminal } = context
    const asked = { words, trace: debug || isSet(environment['DEBUG']), wait: has('--wait') }
    if (!has('-n') && !isSet(environment['NOOP'])) return runActions(context, asked)
    if (saidExcluded(context)) return 0
    const { make } = planRun(context, asked)
    terminal.out(make.text)
    failAsMake(make)
    return 0
  },
}

/** NOOP=0 and NOOP= say no. */
const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== '0'

/** More words than any command line holds. */
export const runWordsMax = 10_000
