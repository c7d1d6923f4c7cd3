/** Warnings of the work in progress: what `exec` and `ci` say of operations that do not replay. */
import { posix } from 'node:path'
import type { Branch } from '../branch/index.ts'
import { describeOperation, type FileOperation, type Operation } from '../journal/index.ts'
import type { BlobStore } from '../store/index.ts'
import type { Around, HostFacts, Moment, Warning } from '../warnings/index.ts'

type InvocationsOf = typeof import('../warnings/index.ts').invocationsOf

/** What of the world the warnings look at; a simulated one has none, and so no warnings. */
export interface WarningFacts {
  readonly host: HostFacts
  /** What every command gets. */
  readonly environment: () => Readonly<Record<string, string>>
  /** Whether `ci` refuses work that there are warnings of. */
  readonly refuses: () => boolean
}

interface WarnedWork {
  readonly branch: Branch
  readonly store: BlobStore
  readonly operations: readonly Operation[]
}

/** A warning, and the operation that it is of. */
export interface OperationWarning extends Warning {
  /** Its place in the work; the first is 1. */
  readonly number: number
  readonly operation: string
}

/** What is longer is no script and no table of cron. */
const textBytesMax = 256 * 1024

/** Remembers the warnings about each command of the work from when it ran: what they go by may be gone afterwards. */
export class WorkWarnings {
  readonly #facts: WarningFacts | undefined
  readonly #said = new WeakMap<Operation, readonly Warning[]>()

  constructor(facts: WarningFacts | undefined) {
    this.#facts = facts
  }

  get refuses(): boolean {
    return this.#facts?.refuses() === true
  }

  /** Warnings about a command that is about to run after the work. */
  async beforeCommand(work: WarnedWork, operation: Operation): Promise<readonly Warning[]> {
    if (!this.#facts) return []
    const operations = [...work.operations, operation]
    return warningsAbout(operation, aroundOf(this.#facts, { ...work, operations }, operations.length - 1), 'before')
  }

  /** Warnings about the last command of the work, including those found before it ran. */
  async afterCommand(work: WarnedWork, before: readonly Warning[], begunMs: number): Promise<readonly Warning[]> {
    const last = work.operations.at(-1)
    if (!last || !this.#facts) return []
    const around = { ...aroundOf(this.#facts, work, work.operations.length - 1), begunMs }
    const all = [...before, ...(await warningsAbout(last, around, 'after'))]
    this.#said.set(last, all)
    return all
  }

  /** Warnings about all of the work. */
  async ofWork(work: WarnedWork): Promise<readonly OperationWarning[]> {
    const warnings: OperationWarning[] = []
    if (!this.#facts) return warnings
    const around = aroundOf(this.#facts, work, 0)
    const journal = journalOnce(work.branch)
    for (const [index, operation] of work.operations.entries()) {
      const said = this.#said.get(operation)
      const past = { ...around, ...pastOf(work, index, journal) }
      for (const warning of said ?? (await warningsAbout(operation, past, 'after')))
        warnings.push({ number: index + 1, operation: describeOperation(operation), ...warning })
    }
    return warnings
  }
}

/** The table is loaded when there is work: most daemons only replay, and with what parses a script it is 190 KB. */
async function warningsAbout(operation: Operation, around: Around, moment: Moment): Promise<readonly Warning[]> {
  const { warningsOf } = await import('../warnings/index.ts')
  return warningsOf(operation, around, moment)
}

/** Both lines of a warning, as they are told. */
export function warningTexts(operation: string, { text, instead }: Warning): readonly string[] {
  return [`warning: ${operation}: ${text}`, `instead: ${instead}`]
}

function aroundOf(facts: WarningFacts, work: WarnedWork, index: number): Around {
  return {
    ...{ work: work.operations, host: remembering(facts.host), environment: facts.environment() },
    content: (operation) => contentOf(work.store, operation),
    ...pastOf(work, index),
  }
}

/** What the journal and the work have before an operation of the work. The journal is read when it is asked for. */
function pastOf(
  { branch, operations }: WarnedWork,
  index: number,
  journal = journalOnce(branch),
): Pick<Around, 'isBrought' | 'mounts' | 'before'> {
  let past: Promise<readonly Operation[]> | undefined
  const earlier = (): Promise<readonly Operation[]> => {
    past ??= journal().then((all) => [...all, ...operations.slice(0, index)])
    return past
  }
  return {
    isBrought: async (path) => (await earlier()).some((operation) => brings(operation, path)),
    mounts: async (place) => {
      const { invocationsOf } = await import('../warnings/index.ts')
      return (await earlier()).some((operation) => mountsAt(operation, place, invocationsOf))
    },
    before: async (path) => {
      const isHere = (one: Operation): one is FileOperation =>
        one.type === 'snap' && one.kind === 'file' && one.path === path
      const files = (await earlier()).filter(isHere)
      return files.findLast(({ blob }) => blob.id !== files.at(-1)?.blob.id)
    },
  }
}

/** The journal's operations, read when they are asked for first. */
function journalOnce(branch: Branch): () => Promise<readonly Operation[]> {
  let all: Promise<readonly Operation[]> | undefined
  return () => {
    all ??= operationsOf(branch)
    return all
  }
}

async function operationsOf({ journal }: Branch): Promise<readonly Operation[]> {
  const all: Operation[] = []
  for await (const { changeset } of journal.changesetsAfter(0)) all.push(...changeset.operations)
  return all
}

function mountsAt(operation: Operation, place: string, invocationsOf: InvocationsOf): boolean {
  if (operation.type !== 'exec') return false
  const mounting = invocationsOf(operation.argv).filter(({ name }) => /^(mount(\..+)?|systemd-mount)$/.test(name))
  return mounting.some(({ words }) => words.some((word) => posix.normalize(word).replace(/(.)\/$/, '$1') === place))
}

/** Whether an operation puts something at a path or below it, or is a command that names it or something above it. */
function brings(operation: Operation, path: string): boolean {
  if (operation.type === 'snap') return operation.kind !== 'removal' && `${operation.path}/`.startsWith(`${path}/`)
  if (operation.type !== 'exec') return false
  const text = operation.argv.join(' ')
  const places = path.split('/').map((_, at, parts) => parts.slice(0, at + 1).join('/'))
  // `/root` alone, or `/tmp`, names nothing in it.
  if (places.slice(3).some((place) => text.includes(place))) return true
  const below = path.startsWith(`${operation.cwd}/`) ? path.slice(operation.cwd.length + 1).split('/')[0] : undefined
  return places.slice(2, 3).some((place) => text.includes(place)) || (below !== undefined && text.includes(below))
}

async function contentOf(store: BlobStore, { blob }: FileOperation): Promise<string> {
  if (blob.sizeBytes > textBytesMax || !store.has(blob.id)) return ''
  const parts: Uint8Array[] = []
  for await (const part of store.readWhole(blob.id)) parts.push(part)
  return Buffer.concat(parts).toString('utf8')
}

/** The same answer for the same question while one piece of work is looked at. */
function remembering(host: HostFacts): HostFacts {
  const once = <Answer>(ask: (path: string) => Promise<Answer>): ((path: string) => Promise<Answer>) => {
    const answers = new Map<string, Promise<Answer>>()
    return (path) => {
      const answer = answers.get(path) ?? ask(path)
      answers.set(path, answer)
      return answer
    }
  }
  let mounts: ReturnType<HostFacts['mounts']> | undefined
  const mountsOnce = (): ReturnType<HostFacts['mounts']> => {
    mounts ??= host.mounts()
    return mounts
  }
  return {
    mounts: mountsOnce,
    look: once(host.look),
    text: once(host.text),
    list: once(host.list),
    archive: once(host.archive),
  }
}
