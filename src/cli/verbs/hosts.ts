import type { Client, HoldAnswer, HostRow, Status } from '../../control/index.ts'
import { bootText, deviationText, heldBy } from '../../presentation/index.ts'
import { jsonLinesFlag, table } from '../../terminal/index.ts'
import { verb } from '../verb.ts'

export const hostsVerb = verb({
  name: 'hosts',
  summary: 'Show the hosts of the domain that are known here',
  help:
    'Shows this host and all hosts that this host has heard of, including those that are now off: the branch of ' +
    'each, how many of its operations it has done, its release, and its address or when it was last seen. Where ' +
    'Hostkeeper is in use, also shows how the last boot ended, since when, and with which configuration tree.',
  exits: [0],
  options: { json: jsonLinesFlag },
  run: async ({ client, terminal, say }, { json }) => {
    const rows = (await client.get('/v1/hosts')) as readonly HostRow[]
    terminal.out(json ? rows.map((row) => `${JSON.stringify(row)}\n`).join('') : table(rows.map(describe)))
    if (!json && !rows.some(({ here, connected }) => connected && !here)) await sayWhyAlone(client, say)
    return 0
  },
})

/** Says why this host is alone, as far as it knows. */
async function sayWhyAlone(client: Client, say: (text: string) => void): Promise<void> {
  const { mesh } = (await client.get('/v1/status')) as Status
  for (const { address, text } of mesh.strangers ?? []) say(`${address} ${text}`)
  for (const { address, reason } of mesh.unreached) say(`not reached: ${address}: ${reason}`)
}

function describe({
  name,
  here,
  address,
  via,
  seen,
  release,
  branch,
  position,
  operations,
  stopped,
  deviations,
  holds = [],
  boot,
}: HostRow): readonly string[] {
  const done = operations === null ? '' : `${position ?? '?'} of ${operations}`
  const connected = via ? `connected over ${via}` : `connected at ${address}`
  const where = here ? 'this host' : address === null ? `last seen ${seen}` : connected
  return [
    name,
    branch ?? '?',
    done,
    release === null ? '?' : `isconf ${release}`,
    where,
    ...(stopped === null ? [] : [`stopped at ${stopped.operation}: ${stopped.why}`]),
    ...holds.map(heldShort),
    ...deviations.map(deviationText),
    ...(boot === null ? [] : [`boot ${bootText(boot)}`]),
  ]
}

/** The hold of a branch in two words, for each of its hosts; `isconf branches` says more. */
function heldShort(hold: HoldAnswer): string {
  return hold.scope === 'host' ? `held ${heldBy(hold)}` : 'branch held'
}
