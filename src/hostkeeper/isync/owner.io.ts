/** The numbers of users and groups, as this host knows them. */
import { spawnSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { IsconfError } from '../../base/index.ts'
import type { ManifestLine } from './manifest.ts'

export interface OwnerNumbers {
  /** The owner that a line names, or else root; for a caller who is not root, the caller. CONFIG for an unknown name. */
  of(line: ManifestLine | undefined): { readonly uid: number; readonly gid: number }
}

/** Each name is looked up once. */
export function ownerNumbers(): OwnerNumbers {
  const numberByName = new Map<string, number>()
  const isRoot = process.geteuid?.() === 0
  const own = { uid: isRoot ? 0 : (process.geteuid?.() ?? 0), gid: isRoot ? 0 : (process.getegid?.() ?? 0) }
  const numberOf = (database: 'passwd' | 'group', name: string, place: string): number => {
    if (/^\d{1,10}$/.test(name)) return Number(name)
    const key = `${database} ${name}`
    const number = numberByName.get(key) ?? lookUp(database, name)
    if (number === undefined) {
      const what = database === 'passwd' ? 'user' : 'group'
      throw new IsconfError('CONFIG', `${place}: this host has no ${what} ${JSON.stringify(name)}`)
    }
    numberByName.set(key, number)
    return number
  }
  return {
    of: (line) => {
      if (!line?.owner) return own
      const { user, group } = line.owner
      return { uid: numberOf('passwd', user, line.place), gid: numberOf('group', group, line.place) }
    },
  }
}

/** getent asks whatever the host asks, LDAP among it; a system without it has the files. */
function lookUp(database: 'passwd' | 'group', name: string): number | undefined {
  const { error, stdout } = spawnSync('getent', ['--', database, name], { encoding: 'utf8', timeout: getentMsMax })
  const text = error === undefined ? stdout : readDatabase(`/etc/${database}`)
  const fields = text.split('\n').map((line) => line.split(':'))
  const number = fields.find(([first]) => first === name)?.[2]
  return number !== undefined && /^\d+$/.test(number) ? Number(number) : undefined
}

/** A directory service that does not answer must not hold up a boot for ever. */
const getentMsMax = 30_000

function readDatabase(path: string): string {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return ''
  }
}
