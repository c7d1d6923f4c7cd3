/**
 * Who this host is when other hosts of the domain have its short name: everything that it says of itself distinguishes
 * it from them.
 */
import { distinctName, type Inventory } from '../replication/index.ts'
import type { Identity } from './daemon-deps.ts'

/** The identity, with a name that is worked out each time it is read, because other hosts come and go. */
export function distinctIdentity(
  given: Identity,
  self: string,
  inventory: () => Pick<Inventory, 'namesakes'>,
): Identity {
  const { release, domain, home } = given
  return {
    get host() {
      const { host: short, fullName: full = short } = given
      return distinctName({ short, full }, self, namesOf(inventory().namesakes(short)))
    },
    get fullName() {
      return given.fullName ?? given.host
    },
    get sharedName() {
      const others = inventory().namesakes(given.host)
      return others.length > 0 ? { short: given.host, others } : undefined
    },
    ...{ release, domain, home },
  }
}

/** A sentence that says that the name is shared; undefined if it is not. */
export function sharedNameText({ host, sharedName }: Identity): string | undefined {
  if (!sharedName) return undefined
  const others = namesOf(sharedName.others).join(', ')
  return `other hosts are called ${sharedName.short}, too: ${others}; this host is ${host} in locks and messages`
}

function namesOf(hosts: readonly { readonly name: string }[]): readonly string[] {
  return hosts.map(({ name }) => name)
}
