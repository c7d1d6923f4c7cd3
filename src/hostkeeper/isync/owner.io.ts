/** The numbers of users and groups, as this host knows them. */
import { IsconfError } from '../../base/index.ts'
import { type NameDatabase, namedNumbers } from '../../base/name-service.io.ts'
import type { ManifestLine, Owner } from './manifest.ts'

export interface OwnerNumbers {
  /** The owner that a line names, or else root; for a caller who is not root, the caller. CONFIG for an unknown name. */
  of(line: ManifestLine | undefined): { readonly uid: number; readonly gid: number }
}

/** Asks for the names of all these owners at once. */
export async function ownerNumbers(owners: readonly Owner[]): Promise<OwnerNumbers> {
  const isRoot = process.geteuid?.() === 0
  const own = { uid: isRoot ? 0 : (process.geteuid?.() ?? 0), gid: isRoot ? 0 : (process.getegid?.() ?? 0) }
  const [users, groups] = await Promise.all([
    lookUp('passwd', new Set(owners.map(({ user }) => user))),
    lookUp('group', new Set(owners.map(({ group }) => group))),
  ])
  const numberOf = (numbers: ReadonlyMap<string, number>, what: string, name: string, place: string): number => {
    const number = isNumber(name) ? Number(name) : numbers.get(name)
    if (number === undefined)
      throw new IsconfError('CONFIG', `${place}: this host has no ${what} ${JSON.stringify(name)}`)
    return number
  }
  return {
    of: (line) => {
      if (!line?.owner) return own
      const { user, group } = line.owner
      return {
        uid: numberOf(users, 'user', user, line.place),
        gid: numberOf(groups, 'group', group, line.place),
      }
    },
  }
}

function isNumber(name: string): boolean {
  return /^\d{1,10}$/.test(name)
}

async function lookUp(database: NameDatabase, names: ReadonlySet<string>): Promise<ReadonlyMap<string, number>> {
  const found = await namedNumbers(
    database,
    [...names].filter((name) => !isNumber(name)),
  )
  return new Map(found.filter(({ name }) => names.has(name)).map(({ name, number }) => [name, number]))
}
