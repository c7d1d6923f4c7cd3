/** `isconf leave`: sets aside what a host has of a domain that it should not be in, to be read and never replayed. */
import { type Clock, type Disk, IsconfError, isName, isoTime } from '../base/index.ts'
import { firstBranch } from '../branch/index.ts'
import { type Config, domainFilePath } from '../config/index.ts'
import { History, type LeftDomain, leftDomains, noteLeft } from '../host/index.ts'
import { describeOperation, parseLine, type SignedChangeset } from '../journal/index.ts'
import { WorkInProgress } from '../origin/index.ts'

export interface LeaveDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly config: Pick<Config, 'home' | 'domain' | 'host'>
}

/** How many operations are listed one by one; the journal that is kept has all of them. */
const textsMax = 1_000

/** What belongs to the host as a whole, and to the domain whose branch it is on. */
const hostFiles = [
  'conf/history',
  'output',
  'conf/ahead',
  'conf/deviations',
  'conf/resolutions',
  'conf/branch',
  'journal.wip',
]

/**
 * Moves the branches of `domain` aside, and with the one that this host is on its history and its unchecked work; of
 * the domain in force also conf/domain. Nothing of this may be open. What a crash interrupts is finished by doing it
 * again. USAGE when there is nothing of the domain here, CONFIG when main.cf or the environment names it.
 */
export async function leave(deps: LeaveDeps, user: string, domain: string): Promise<LeftDomain> {
  const { disk, config } = deps
  const { home } = config
  if (!isName(domain)) throw new IsconfError('USAGE', `not a domain name: ${JSON.stringify(domain)}`)
  const branches = await branchesOf(disk, home, domain)
  const begun = (await leftDomains(disk, home)).find((one) => one.domain === domain && !one.finished)
  const isInForce = await isLeftForNone(deps, domain)
  if (branches.size === 0 && !isInForce && !begun) {
    throw new IsconfError('USAGE', `this host has no data of the domain ${domain}`)
  }
  const isHostThere = isInForce || branches.has(await currentBranch(disk, home)) || begun !== undefined
  const left = begun ?? (await noteOf(deps, user, domain, isHostThere ? await doneHere(deps, branches) : []))
  await noteLeft(disk, home, left)
  // First, so that no daemon ever finds the journals of its domain without the history of what it has done of them.
  if (isInForce) await moveAside(disk, home, left.directory, 'conf/domain')
  if (isHostThere) for (const path of hostFiles) await moveAside(disk, home, left.directory, path)
  const all = await disk.list(`${home}/branches`)
  if (isInForce || all.every((name) => branches.has(name))) await moveAside(disk, home, left.directory, 'store')
  for (const name of isInForce ? all : branches.keys()) await moveAside(disk, home, left.directory, `branches/${name}`)
  const finished = { ...left, finished: true }
  await noteLeft(disk, home, finished)
  return finished
}

/** Whether the host is to be without a domain afterwards. CONFIG, USAGE when that can't be. */
async function isLeftForNone({ disk, config: { home, domain: inForce } }: LeaveDeps, domain: string): Promise<boolean> {
  if (inForce?.name !== domain) return false
  if (inForce.source !== domainFilePath(home)) {
    throw new IsconfError('CONFIG', `the domain ${domain} is set in ${inForce.source}: remove it there first`)
  }
  for (const name of await disk.list(`${home}/branches`)) {
    const [first] = changesetsIn(await disk.readFile(`${home}/branches/${name}/journal`))
    if (first && first.changeset.domain !== domain) {
      const other = first.changeset.domain
      throw new IsconfError(
        'USAGE',
        `the data on this host is of the domain ${other}; to leave it: isconf leave ${other}`,
      )
    }
  }
  return true
}

async function noteOf(
  { disk, clock, config }: LeaveDeps,
  user: string,
  domain: string,
  made: readonly string[],
): Promise<LeftDomain> {
  const by = `${user}@${config.host.short}`
  const directory = await freeDirectory(disk, config.home, domain)
  const texts = made.slice(0, textsMax)
  return { domain, by, time: isoTime(clock), operations: made.length, texts, finished: false, directory }
}

/** The directories of branches that have changesets of the domain, with all their changesets. */
async function branchesOf(
  disk: Disk,
  home: string,
  domain: string,
): Promise<ReadonlyMap<string, readonly SignedChangeset[]>> {
  const found = new Map<string, readonly SignedChangeset[]>()
  for (const name of await disk.list(`${home}/branches`)) {
    const directory = `${home}/branches/${name}`
    const changesets: SignedChangeset[] = []
    for (const file of await disk.list(directory)) {
      if (file === 'journal' || file.startsWith('other-')) {
        changesets.push(...changesetsIn(await disk.readFile(`${directory}/${file}`)))
      }
    }
    if (changesets.some(({ changeset }) => changeset.domain === domain)) found.set(name, changesets)
  }
  return found
}

/** The changesets of a journal that can be read, whether or not one follows the other. */
function changesetsIn(bytes: Uint8Array | undefined): readonly SignedChangeset[] {
  return Buffer.from(bytes ?? [])
    .toString('utf8')
    .split('\n')
    .flatMap((line) => {
      try {
        return [parseLine(line, 'a journal')]
      } catch {
        return []
      }
    })
}

async function currentBranch(disk: Disk, home: string): Promise<string> {
  const bytes = await disk.readFile(`${home}/conf/branch`)
  const name = bytes ? Buffer.from(bytes).toString('utf8').trim() : firstBranch
  return name.replaceAll(/[A-Z]/g, (letter) => `^${letter.toLowerCase()}`)
}

/** What was done on this host, in words and in order: of the journals, then what is not checked in. */
async function doneHere(
  { disk, clock, config: { home } }: LeaveDeps,
  branches: ReadonlyMap<string, readonly SignedChangeset[]>,
): Promise<readonly string[]> {
  const changesetById = new Map([...branches.values()].flat().map((one) => [one.id as string, one]))
  const history = await History.open(disk, `${home}/conf/history`, clock)
  const done: string[] = []
  for await (const entry of history.entriesFromEnd()) {
    if (entry.event !== 'finished' && entry.event !== 'made') continue
    const [id = '', index] = entry.operation.split(':')
    const operation = changesetById.get(id)?.changeset.operations[Number(index)]
    done.unshift(operation ? describeOperation(operation) : `operation ${entry.operation}`)
  }
  await history.close()
  const work = await WorkInProgress.open(disk, `${home}/journal.wip`)
  const unchecked = work.operations.map((operation) => `${describeOperation(operation)} (not checked in)`)
  await work.close()
  return [...done, ...unchecked]
}

async function freeDirectory(disk: Disk, home: string, domain: string): Promise<string> {
  const taken = await disk.list(`${home}/left`)
  for (let number = 1; ; number += 1) {
    const name = number === 1 ? domain : `${domain}.${number}`
    if (!taken.includes(name)) return `left/${name}`
  }
}

/** Moves a file or directory below IS_HOME to the same place below the other directory; nothing when it is not there. */
async function moveAside(disk: Disk, home: string, directory: string, path: string): Promise<void> {
  const slash = path.lastIndexOf('/')
  const [parent, name] = [path.slice(0, Math.max(0, slash)), path.slice(slash + 1)]
  if (!(await disk.list(parent === '' ? home : `${home}/${parent}`)).includes(name)) return
  const to = parent === '' ? `${home}/${directory}` : `${home}/${directory}/${parent}`
  await disk.makeDirectory(to)
  await disk.rename(`${home}/${path}`, `${to}/${name}`)
}
