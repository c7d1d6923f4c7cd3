/** User and group names of this host. */
import { errnoText } from '../base/index.ts'
import { type NameDatabase, namedNumbers } from '../base/name-service.io.ts'
import type { FileOwner } from './machine.ts'

/** Whether a file goes to the owner's name where it exists here, or always to the number. */
export type OwnerRule = 'name' | 'numeric'

/** Who knows the users and groups of this host. */
export type NameService = typeof namedNumbers

/** The numbers that an owner has here. Throws what to say if it has none, or if the number belongs to somebody else. */
export type NumbersOf = (owner: FileOwner) => { readonly uid: number; readonly gid: number }

/** What this host's name service has said, by name and by number. */
interface Known {
  readonly numberByName: Map<string, number>
  readonly nameByNumber: Map<number, string>
}

/** The numbers that owners have here. */
export class OwnerNumbers {
  readonly #known = { passwd: nothingKnown(), group: nothingKnown() }
  readonly #ask: NameService

  constructor(ask: NameService = namedNumbers) {
    this.#ask = ask
  }

  /** Forgets which numbers names have: a command may have changed that. */
  forget(): void {
    this.#known.passwd = nothingKnown()
    this.#known.group = nothingKnown()
  }

  /**
   * Looks up the numbers of all these owners: by number if `rule` says so, otherwise by name. An owner without a name
   * gets its number, unless that has a name here. So nobody is given what is another's.
   */
  async of(owners: readonly FileOwner[], rule: OwnerRule): Promise<NumbersOf> {
    if (rule === 'numeric') return ({ uid, gid }) => ({ uid, gid })
    const [users, groups] = await Promise.all([
      this.#lookUp('passwd', new Set(owners.map(({ user, uid }) => (user === '' ? `${uid}` : user)))),
      this.#lookUp('group', new Set(owners.map(({ group, gid }) => (group === '' ? `${gid}` : group)))),
    ])
    return ({ uid, gid, user, group }) => ({
      uid: numberHere(users, { what: 'user', name: user, number: uid, own: process.geteuid }),
      gid: numberHere(groups, { what: 'group', name: group, number: gid, own: process.getegid }),
    })
  }

  /** What {@link NumbersOf} would say of those owners that have no numbers here. */
  async unknown(owners: readonly FileOwner[], rule: OwnerRule): Promise<readonly string[]> {
    const numbersOf = await this.of(owners, rule)
    return owners.flatMap((owner) => {
      try {
        numbersOf(owner)
        return []
      } catch (error) {
        return [errnoText(error)]
      }
    })
  }

  /** What is not known is asked for again the next time, because somebody may have added it. */
  async #lookUp(database: NameDatabase, keys: ReadonlySet<string>): Promise<Known> {
    const known = this.#known[database]
    const unknown = [...keys].filter((key) => !known.numberByName.has(key) && !known.nameByNumber.has(Number(key)))
    if (unknown.length === 0) return known
    for (const { name, number } of await this.#ask(database, unknown)) {
      if (keys.has(name)) known.numberByName.set(name, number)
      if (keys.has(`${number}`)) known.nameByNumber.set(number, name)
    }
    return known
  }
}

function nothingKnown(): Known {
  return { numberByName: new Map(), nameByNumber: new Map() }
}

interface Wanted {
  readonly what: 'user' | 'group'
  readonly name: string
  readonly number: number
  /** The number of this process, which gets nothing that it does not have. */
  readonly own: (() => number) | undefined
}

function numberHere({ numberByName, nameByNumber }: Known, { what, name, number, own }: Wanted): number {
  if (name === '') {
    const other = number === own?.() ? undefined : nameByNumber.get(number)
    if (other === undefined) return number
    throw new Error(`${what} ${number} had no name on the origin and is ${other} here; ${numericText}`)
  }
  const here = numberByName.get(name)
  if (here !== undefined) return here
  throw new Error(`there is no ${what} ${name} here (${number} on the origin): make it first; ${numericText}`)
}

const numericText = 'where numbers are the same on all hosts: IS_OWNER = numeric'

/** Collects the owners of many files, and asks for all of their names at once. */
export class OwnerNames {
  readonly #ask: NameService
  readonly #ownerByNumbers = new Map<string, { uid: number; gid: number; user: string; group: string }>()

  constructor(ask: NameService = namedNumbers) {
    this.#ask = ask
  }

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
      this.#nameByNumber('passwd', new Set(owners.map(({ uid }) => uid))),
      this.#nameByNumber('group', new Set(owners.map(({ gid }) => gid))),
    ])
    for (const owner of owners) {
      owner.user = users.get(owner.uid) ?? ''
      owner.group = groups.get(owner.gid) ?? ''
    }
  }

  async #nameByNumber(database: NameDatabase, numbers: ReadonlySet<number>): Promise<ReadonlyMap<number, string>> {
    const names = new Map<number, string>()
    for (const { name, number } of await this.#ask(database, [...numbers].map(String))) {
      // Of several names for one number the first counts.
      if (!names.has(number)) names.set(number, name)
    }
    return names
  }
}
