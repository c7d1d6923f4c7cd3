/** User and group names of this host. */
import { type NameDatabase, namedNumbers } from '../base/name-service.io.ts'
import type { FileOwner } from './machine.ts'

/** Whether a file goes to the owner's name where it exists here, or always to the number. */
export type OwnerRule = 'name' | 'numeric'

/** The numbers that owners have here. */
export class OwnerNumbers {
  readonly #numberByName = { passwd: new Map<string, number>(), group: new Map<string, number>() }

  /** Forgets what names mean here: a command may have changed it. */
  forget(): void {
    for (const numbers of Object.values(this.#numberByName)) numbers.clear()
  }

  /** The numbers of each of these owners: by name where `rule` says so and the name exists. */
  async of(owners: readonly FileOwner[], rule: OwnerRule): Promise<(owner: FileOwner) => { uid: number; gid: number }> {
    if (rule === 'numeric') return ({ uid, gid }) => ({ uid, gid })
    const [users, groups] = await Promise.all([
      this.#lookUp('passwd', new Set(owners.map(({ user }) => user))),
      this.#lookUp('group', new Set(owners.map(({ group }) => group))),
    ])
    return ({ uid, gid, user, group }) => ({ uid: users.get(user) ?? uid, gid: groups.get(group) ?? gid })
  }

  /** A name that is not known is asked for again the next time: somebody may have added it. */
  async #lookUp(database: NameDatabase, names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
    const known = this.#numberByName[database]
    const unknown = [...names].filter((name) => name !== '' && !known.has(name))
    if (unknown.length === 0) return known
    for (const { name, number } of await namedNumbers(database, unknown)) if (names.has(name)) known.set(name, number)
    return known
  }
}

/** Collects the owners of many files, and asks for all of their names at once. */
export class OwnerNames {
  readonly #ownerByNumbers = new Map<string, { uid: number; gid: number; user: string; group: string }>()

  /** The owner with these numbers. It gets its names, empty where there is none, by {@link fill}. */
  of(uid: number, gid: number): FileOwner {
    const key = `${uid}:${gid}`
    const owner = this.#ownerByNumbers.get(key) ?? { uid, gid, user: '', group: '' }
    this.#ownerByNumbers.set(key, owner)
    return owner
  }

  async fill(): Promise<void> {
    const owners = [...this.#ownerByNumbers.values()]
    const [users, groups] = await Promise.all([
      nameByNumber('passwd', new Set(owners.map(({ uid }) => uid))),
      nameByNumber('group', new Set(owners.map(({ gid }) => gid))),
    ])
    for (const owner of owners) {
      owner.user = users.get(owner.uid) ?? ''
      owner.group = groups.get(owner.gid) ?? ''
    }
  }
}

async function nameByNumber(
  database: NameDatabase,
  numbers: ReadonlySet<number>,
): Promise<ReadonlyMap<number, string>> {
  const names = new Map<number, string>()
  for (const { name, number } of await namedNumbers(database, [...numbers].map(String))) {
    // Of several names for one number the first counts.
    if (!names.has(number)) names.set(number, name)
  }
  return names
}
