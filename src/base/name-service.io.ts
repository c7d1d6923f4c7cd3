/** Users and groups as this host knows them: from /etc/passwd, LDAP, SSSD, or whatever else its name service asks. */
import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { fixedPath } from './fixed-environment.ts'

export type NameDatabase = 'passwd' | 'group'

/** One user or group. */
export interface NamedNumber {
  readonly name: string
  readonly number: number
}

/** A directory service that does not answer must not hold up a change or a boot for ever. */
const getentMsMax = 30_000
/** Names that one process is asked for: their words fit an argument list. */
const keysPerCallMax = 1_000
/** What it may answer: a group's line has all of its members. */
const answerBytesMax = 64 * 1024 * 1024

/** The users or groups that have one of these names, or numbers as text; what is not known here is left out. */
export async function namedNumbers(database: NameDatabase, keys: readonly string[]): Promise<readonly NamedNumber[]> {
  const found: NamedNumber[] = []
  for (let from = 0; from < keys.length; from += keysPerCallMax) {
    found.push(...rowsOf(await getent(database, keys.slice(from, from + keysPerCallMax))))
  }
  return found
}

/** What `getent` says, whatever it does not know among it; a system without it has the files. */
function getent(database: NameDatabase, keys: readonly string[]): Promise<string> {
  const options = { timeout: getentMsMax, maxBuffer: answerBytesMax, env: { PATH: fixedPath } }
  return new Promise((resolve) => {
    execFile('getent', ['--', database, ...keys], options, (error, stdout) => {
      // A status is an answer, too: that of these not all are known.
      if (error === null || typeof error.code === 'number') resolve(stdout)
      else readFile(`/etc/${database}`, 'utf8').then(resolve, () => resolve(''))
    })
  })
}

/** Both databases have the form `name:password:number:…`. */
function rowsOf(text: string): readonly NamedNumber[] {
  return text.split('\n').flatMap((line) => {
    const [name = '', , number = ''] = line.split(':')
    return name !== '' && /^\d+$/.test(number) ? [{ name, number: Number(number) }] : []
  })
}
