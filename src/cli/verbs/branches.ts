import { idPrefixLength } from '../../base/index.ts'
import type { BranchRow } from '../../control/index.ts'
import { heldBy } from '../../presentation/index.ts'
import { count, jsonLinesFlag, table } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const branchesVerb = verb({
  name: 'branches',
  summary: 'Show the branches of the domain that are known here',
  help:
    'Shows each branch with its newest changeset, how many operations it has, the branch from which it was ' +
    "forked, which hosts are known to be on it, who holds it, and who has locked it. An asterisk marks this host's branch.",
  exits: [0],
  options: { json: jsonLinesFlag },
  run: async ({ client, terminal }, { json }) => {
    const rows = (await client.get('/v1/branches')) as readonly BranchRow[]
    terminal.out(json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : table(rows.map(describe)))
    return 0
  },
})

function describe({ name, current, head, operations, split, lock, hold, parent, hosts }: BranchRow): readonly string[] {
  const facts = [
    ...(parent === null ? [] : [`forked from ${parent}`]),
    ...(hosts.length > 0 ? [`hosts ${hosts.join(' ')}`] : []),
    ...(split ? ['split'] : []),
    ...(hold ? [`held ${heldBy(hold)}`] : []),
    ...(lock ? [`locked by ${lock.user}@${lock.host}: ${lock.message}`] : []),
  ]
  const place = operations === 0 ? 'empty' : `${head.slice(0, idPrefixLength)}  ${count(operations, 'operation')}`
  return [`${current ? '*' : ' '} ${name}`, place, facts.join(', ')]
}
