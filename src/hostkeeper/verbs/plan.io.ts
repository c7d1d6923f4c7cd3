import { count, parseWords } from '../../terminal/index.ts'
import { resolveHost } from '../hosts-conf.ts'
import { readHostsConf } from '../tree.io.ts'
import type { HostkeeperVerb } from '../verb.ts'

export const planVerb: HostkeeperVerb = {
  name: 'plan',
  usage: 'plan [--json]',
  summary: 'Show what this host resolves to and what make would do',
  help: 'Shows the variables that hosts.conf has for this host.',
  exits: [0],
  run: async ({ layout, names, environment, terminal, say }, words) => {
    parseWords('hostkeeper plan', words, { flags: ['--json'] })
    const { variables } = resolveHost(readHostsConf(layout.tree), names, (name) => environment[name])
    for (const [name, { value, place }] of variables) terminal.out(`${name}=${value}  (${place})\n`)
    say(count(variables.size, 'variable'))
    return 0
  },
}
