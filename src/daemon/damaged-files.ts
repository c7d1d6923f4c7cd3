/**
 * Files that can't be used. They are set aside beside their place as NAME.damaged-TIME, so that the daemon can start
 * without them; as long as they are there, `status` says what follows from it and what to do.
 */
import { basename, dirname } from 'node:path'
import { type Clock, type Disk, IsconfError, isoTime, type Log, type Opening, type Salvage } from '../base/index.ts'

/** The failures that mean that a file can't be used; any other one keeps the daemon from starting. */
const damageCodes: ReadonlySet<string> = new Set(['STATE_DAMAGED', 'JOURNAL_DAMAGED'])

/** What is to be done before anything else is done on this host. */
const waysOn = {
  branch: 'say on which branch this host is: isconf migrate BRANCH',
  history:
    'compare the last lines of that file with isconf plan, isconf skip what this host had done, then move the file away; or rebuild this host from its image',
} as const

/** What follows, by the name of the file. */
const consequences = {
  state: 'the lock of the branch comes from the other hosts',
  journal: 'what stands before the damage is kept; the rest comes from the other hosts',
  resolutions: 'they come from the other hosts; one that no other host has is made again with isconf resolve',
  branch: `before up and lock, ${waysOn.branch}`,
  history: `before up and lock, ${waysOn.history}`,
  ahead: 'a file that was recorded with --latest may be installed again',
  'journal.wip': 'what can be read of the work is kept; the rest is done on this host and is in no journal',
  'needs-rebuild': 'this host needs a rebuild, and nobody can say any more why',
  hold: 'this host is held until isconf release, and nobody can say any more by whom',
  deviations: 'in what else this host differs from its journal can be read there',
  'left.json': 'that this host has left a domain can be read there',
  'host.key': 'this host has a new key, and is another peer to the others; a lock that it had is to be broken',
  'machine-id': 'the id of this machine was noted anew',
} as const

const asidePattern = /^(?<name>.+)\.damaged-\d{8}T\d{6}Z(?:-\d+)?$/

export interface DamagedDeps {
  readonly disk: Disk
  readonly clock: Clock
  readonly log: Log
  /** IS_HOME. */
  readonly home: string
}

export class DamagedFiles {
  readonly #deps: DamagedDeps
  /** What was found since the start, in a sentence each. */
  readonly #found = new Set<string>()

  constructor(deps: DamagedDeps) {
    this.#deps = deps
  }

  /** Opens what is kept at a path. When it can't be used it is set aside, and what can be salvaged is opened in its place. */
  readonly opening: Opening = async (path, open, salvage) => {
    try {
      return await open()
    } catch (thrown) {
      if (!(thrown instanceof IsconfError && damageCodes.has(thrown.code))) throw thrown
      const kept = await this.#setAside(path, salvage)
      this.#deps.log.error({ path, kept, code: thrown.code }, `${thrown.message}; set aside as ${kept}`)
      return open()
    }
  }

  /** Notes that a file is damaged that is in use: nothing is set aside before the next start. */
  found({ message, hint }: IsconfError): void {
    this.#deps.log.error({}, `${message}: ${hint}`)
    this.#found.add(`${message} (${hint})`)
  }

  /** Where what was set aside lies now, in no order. */
  async paths(): Promise<readonly string[]> {
    const { disk, home } = this.#deps
    const below = async (name: string): Promise<readonly string[]> =>
      (await disk.list(`${home}/${name}`)).map((one) => `${home}/${name}/${one}`)
    const found: string[] = []
    for (const directory of [home, `${home}/conf`, ...(await below('branches')), ...(await below('left'))]) {
      for (const name of await disk.list(directory)) if (asidePattern.test(name)) found.push(`${directory}/${name}`)
    }
    return found
  }

  /** What is damaged, what was set aside, and what follows from it, in a sentence each. */
  async texts(): Promise<readonly string[]> {
    return [...this.#found, ...(await this.paths()).map(asideText)]
  }

  /** Fails with STATE_DAMAGED while nobody can say how far this host has come, or on which branch it is. */
  async refuseUnsure(): Promise<void> {
    const history = (await this.#inConf()).find((name) => nameOf(name) === 'history')
    if (history !== undefined) throw this.#unsure('history', waysOn.history)
    if (await this.isBranchUnsure()) throw this.#unsure('branch', waysOn.branch)
  }

  /** Whether the file that names this host's branch was set aside, and nobody has said since which one it is. */
  async isBranchUnsure(): Promise<boolean> {
    const names = await this.#inConf()
    return !names.includes('branch') && names.some((name) => nameOf(name) === 'branch')
  }

  #inConf(): Promise<readonly string[]> {
    return this.#deps.disk.list(`${this.#deps.home}/conf`)
  }

  #unsure(name: string, hint: string): IsconfError {
    const path = `${this.#deps.home}/conf/${name}`
    return new IsconfError('STATE_DAMAGED', `${path} was damaged, and is set aside as ${name}.damaged-…`, { hint })
  }

  async #setAside(path: string, salvage: Salvage | undefined): Promise<string> {
    const { disk, clock } = this.#deps
    const stamp = isoTime(clock).replace(/\.\d+/, '').replaceAll(/[-:]/g, '')
    const taken = await disk.list(dirname(path))
    let kept = `${path}.damaged-${stamp}`
    for (let number = 2; taken.includes(basename(kept)); number += 1) kept = `${path}.damaged-${stamp}-${number}`
    const bytes = salvage && (await disk.readFile(path))
    const good = bytes && salvage(bytes)
    if (good === undefined) {
      await disk.rename(path, kept)
      return kept
    }
    // A crash in between leaves the damaged file in its place, and the next start does it again.
    await disk.replaceFile(kept, bytes ?? '')
    await disk.replaceFile(path, good)
    return kept
  }
}

function nameOf(kept: string): string | undefined {
  return asidePattern.exec(basename(kept))?.groups?.['name']
}

function asideText(kept: string): string {
  const name = nameOf(kept) ?? ''
  const file = name.startsWith('other-') ? 'journal' : name
  const consequence = Object.entries(consequences).find(([one]) => one === file)?.[1]
  const follows = consequence === undefined ? '' : `; ${consequence}`
  return `${dirname(kept)}/${name} was damaged, and is set aside as ${basename(kept)}${follows} (told until that file is moved away)`
}
