/**
 * A machine in memory: a tree of files with attributes, and commands that are
 * small functions of it. It outlives the daemon: what was done is done.
 */
import { posix } from 'node:path'
import { type Clock, IsconfError, type Random, sha256Hex, sleep } from '../../src/base/index.ts'
import { type LookAhead, pathOf } from '../../src/machine/look-ahead.ts'
import type {
  Command,
  CommandResult,
  Difference,
  Entry,
  EntryAttributes,
  FileOwner,
  HookStage,
  Inspection,
  Installation,
  InstallReport,
  Machine,
  OutputListener,
  PathState,
  RecordedPath,
} from '../../src/machine/machine.ts'

/** What is at a path; what is not one kind's is absent. */
interface SimEntry {
  readonly kind: Entry['kind']
  readonly owner: FileOwner
  readonly mtimeMs: number
  readonly mode: number
  readonly content?: string
  readonly target?: string
}

/** What is read and written at a time. */
const chunkBytes = 1024 * 1024

const root: FileOwner = { uid: 0, gid: 0, user: 'root', group: 'root' }

/** What a command is and does, by the name it is called by. All of them may be done twice in a row with the same result. */
const commands: Readonly<Record<string, (machine: SimMachine, words: readonly string[]) => number>> = {
  /** `append PATH TEXT`: adds a line, unless it is the last one already; so the order of two shows in the file. */
  append: (machine, [path = '', text = '']) => {
    const before = machine.read(path) ?? ''
    if (!before.endsWith(`${text}\n`)) machine.write(path, `${before}${text}\n`)
    return 0
  },
  /** `sh -c 'append PATH TEXT'`: one command, its words apart at spaces. */
  sh: (machine, [, script = '']) => {
    const [name = '', ...words] = script.split(' ')
    return name === 'true' ? 0 : (commands[name]?.(machine, words) ?? 127)
  },
  fail: (_, [status = '1']) => Number(status),
  /** `slow MS PATH TEXT`: an append that takes its time. */
  slow: (machine, [, path = '', text = '']) => commands['append']?.(machine, [path, text]) ?? 1,
}

export class SimMachine implements Machine {
  readonly #clock: Clock | undefined
  /** Directories that nobody recorded are there without being told of. */
  readonly #entryByPath = new Map<string, SimEntry>()
  /** Every command and installation that was begun, in order, for the checks. */
  readonly begun: string[] = []
  /** Nothing is seen before it is met. */
  blind = false
  /** Who else can change every directory. */
  shared: string | undefined
  /** Commands fail without doing anything. */
  broken = false
  /** What the reboot command ends with, besides beginning a reboot when that is 0. */
  rebootStatus = 0
  /** Hears that a reboot was asked for; without a listener it comes at once. */
  onReboot: () => void = () => this.bootAgain()
  /** How often it has been switched on. */
  boots = 1
  /** How long a file of more than a MiB takes, for each MiB of it. */
  msPerMebibyte = 0
  /** How to undo what was put in place and not synced, in the order of its being put there. */
  #unsynced: (() => unknown)[] = []
  /** What the commands that take their time would still do. */
  readonly #underWay = new Set<() => void>()

  /** Without a clock nothing takes any time. */
  constructor(clock?: Clock) {
    this.#clock = clock
  }

  /** A file's content; undefined when there is none. */
  read(path: string): string | undefined {
    return this.#entryByPath.get(path)?.content
  }

  /** Writes a file by hand, as an administrator does. */
  write(path: string, content: string, mode = 0o644): void {
    this.#entryByPath.set(path, { kind: 'file', content, mode, owner: root, mtimeMs: 0 })
  }

  /** Makes a symbolic link by hand. */
  link(path: string, target: string): void {
    this.#entryByPath.set(path, { kind: 'symlink', target, mode: 0o777, owner: root, mtimeMs: 0 })
  }

  /** Makes a directory by hand. */
  makeDirectory(path: string, mode = 0o755): void {
    this.#entryByPath.set(path, { kind: 'directory', mode, owner: root, mtimeMs: 0 })
  }

  /** Everything below /, one line an entry: two machines are alike when these are equal. */
  get tree(): string {
    const lines = [...this.#entryByPath].map(([path, { kind, content, target, mode, owner, mtimeMs }]) =>
      [
        kind === 'directory' ? `${path}/` : path,
        mode.toString(8),
        owner.user,
        owner.group,
        mtimeMs,
        ...(kind === 'directory' ? [] : [kind === 'file' ? JSON.stringify(content) : `-> ${target}`]),
      ].join(' '),
    )
    return lines.sort().join('\n')
  }

  /** The machine has gone down and comes up again. */
  bootAgain(): void {
    this.boots += 1
  }

  /** The power fails: a command that was under way has done its work, or it has not. */
  crash(random: Random): void {
    for (const finish of this.#underWay) if (random.below(2) === 0) finish()
    this.#underWay.clear()
    // Changes of names reach the disk in order, as far as they do.
    for (const undo of this.#unsynced.splice(random.below(this.#unsynced.length + 1)).reverse()) undo()
    this.#unsynced = []
    this.bootAgain()
  }

  /** Another machine with the same files. */
  copy(): SimMachine {
    const copy = new SimMachine(this.#clock)
    for (const [path, entry] of this.#entryByPath) copy.#entryByPath.set(path, entry)
    return copy
  }

  journalPath(path: string, cwd: string): string {
    return posix.join('/', posix.isAbsolute(path) ? '' : cwd, path).replace(/(.)\/$/, '$1')
  }

  async refuseSnapshot(path: string): Promise<void> {
    if (this.#below(path).length === 0) throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
  }

  async inspect(path: string): Promise<Inspection> {
    await this.refuseSnapshot(path)
    const entries = this.#below(path).map((one) => this.#entryAt(one))
    return {
      entries,
      remarks: [],
      read: (file) => this.#slowly(Buffer.from(this.read(file.path) ?? '')),
      confirm: async () => undefined,
    }
  }

  async stateOf(path: string): Promise<PathState | undefined> {
    const found = this.#entryByPath.get(path)
    if (!found) return undefined
    const { kind, mode, owner, target = '' } = found
    if (kind === 'directory') return { kind, mode, owner, names: this.#namesIn(path) }
    return kind === 'symlink' ? { kind, mode, owner, target } : { kind, mode, owner }
  }

  async unknownOwners(): Promise<readonly string[]> {
    return []
  }

  #namesIn(directory: string): readonly string[] {
    const below = this.#below(directory).filter((path) => path !== directory)
    return [...new Set(below.map((path) => path.slice(directory.length + 1).split('/')[0] ?? ''))]
  }

  async differences(recorded: readonly RecordedPath[]): Promise<readonly (readonly Difference[])[]> {
    return recorded.map((one) => this.#differencesOf(one))
  }

  #differencesOf(recorded: RecordedPath): readonly Difference[] {
    const found = this.#entryByPath.get(recorded.path)
    const of = (what: Difference['what'], was: string, is: string): readonly Difference[] =>
      was === is ? [] : [{ what, recorded: was, found: is }]
    if (recorded.kind === 'removal') return found ? of('present', 'nothing', found.kind) : []
    if (!found) return of('missing', recorded.kind, 'nothing')
    if (found.kind !== recorded.kind) return of('kind', recorded.kind, found.kind)
    const content = found.content ?? ''
    return [
      ...(recorded.kind === 'file' ? of('content', recorded.blob.id, sha256Hex(content)) : []),
      ...(recorded.kind === 'symlink'
        ? of('target', recorded.target, found.target ?? '')
        : of('mode', recorded.mode.toString(8), found.mode.toString(8))),
      ...of('owner', recorded.owner.user, found.owner.user),
    ]
  }

  #entryAt(path: string): Entry {
    const { kind, content = '', target = '', mode, owner, mtimeMs } = this.#entryByPath.get(path) as SimEntry
    const common = { path, owner, mtimeMs, parents: [] }
    if (kind === 'file') return { ...common, kind, mode, sizeBytes: Buffer.byteLength(content) }
    return kind === 'directory' ? { ...common, kind, mode } : { ...common, kind, target }
  }

  /** What is at a path and below it, each directory after what it holds. */
  #below(path: string): readonly string[] {
    const isThere = (one: string): boolean => one === path || one.startsWith(`${path}/`)
    const keyOf = (one: string): string => `${one}/~`
    return [...this.#entryByPath.keys()].filter(isThere).sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1))
  }

  lookAhead(): LookAhead {
    const put = new Map<string, SimEntry['kind'] | 'nothing'>()
    return {
      asides: () => [],
      obstacles: async (changes) =>
        changes.map((change) => {
          const path = pathOf(change)
          const there = put.get(path) ?? this.#entryByPath.get(path)?.kind ?? 'nothing'
          put.set(path, change.kind === 'removal' ? 'nothing' : change.kind)
          const isFree = this.blind || change.kind === 'removal' || there === 'nothing'
          if (isFree || (there === 'directory') === (change.kind === 'directory')) return undefined
          return `cannot install ${path}: something else stands there`
        }),
    }
  }

  async install(installations: readonly Installation[]): Promise<readonly InstallReport[]> {
    const { boots } = this
    const reports: InstallReport[] = []
    for (const installation of installations) {
      try {
        reports.push(await this.#installOne(installation))
        await this.#unlessOff(boots)
      } catch (error) {
        if (reports.length === 0) throw error
        break
      }
    }
    // All that was put in place is synced at once.
    this.#unsynced = []
    return reports
  }

  /** Lets a crash come here; nothing goes on on a machine that was switched off. */
  async #unlessOff(boots: number): Promise<void> {
    await Promise.resolve()
    if (this.boots !== boots) await new Promise(() => undefined)
  }

  async #installOne(installation: Installation): Promise<InstallReport> {
    const { kind, attributes } = installation
    const more = kind === 'symlink' ? ` -> ${installation.attributes.target}` : kind === 'directory' ? '/' : ''
    this.begun.push(`snap ${attributes.path}${more}`)
    if (kind === 'directory') return this.#put(kind, attributes, { mode: installation.attributes.mode })
    if (kind === 'symlink') return this.#put(kind, attributes, { target: installation.attributes.target, mode: 0o777 })
    const parts: Uint8Array[] = []
    for await (const part of installation.content()) {
      parts.push(part)
      if (part.length >= chunkBytes) await this.#takeFor(part)
    }
    const bytes = Buffer.concat(parts)
    if (sha256Hex(bytes) !== installation.sha256)
      throw new IsconfError('BLOB_MISMATCH', `${attributes.path}: not the file that was recorded`)
    return this.#put(kind, attributes, { content: bytes.toString('utf8'), mode: installation.attributes.mode })
  }

  #put(
    kind: Entry['kind'],
    { path, owner, mtimeMs }: EntryAttributes,
    own: Pick<SimEntry, 'mode' | 'content' | 'target'>,
  ): InstallReport {
    const isDirectory = this.#entryByPath.get(path)?.kind === 'directory'
    if (this.#entryByPath.has(path) && isDirectory !== (kind === 'directory')) {
      throw new IsconfError('INSTALL_FAILED', `cannot install ${path}: something else stands there`)
    }
    const before = this.#entryByPath.get(path)
    this.#unsynced.push(() => (before ? this.#entryByPath.set(path, before) : this.#entryByPath.delete(path)))
    this.#entryByPath.set(path, { kind, owner, mtimeMs, ...own })
    return { remarks: [] }
  }

  sharedWith(): string | undefined {
    return this.shared
  }

  async refuseRemoval(path: string): Promise<void> {
    if (path === '/') throw new IsconfError('PROTECTED_PATH', '/ is not to be removed')
  }

  async remove(path: string): Promise<boolean> {
    await this.refuseRemoval(path)
    this.begun.push(`snap --delete ${path}`)
    const there = this.#below(path)
    for (const one of there) this.#entryByPath.delete(one)
    return there.length > 0
  }

  async run(command: Command, output: OutputListener, signal: AbortSignal): Promise<CommandResult> {
    const [name = '', ...words] = command.argv
    const run = commands[name]
    if (!run) throw new IsconfError('COMMAND_NOT_RUN', `cannot run ${name}: no such command`)
    this.begun.push(`exec ${command.argv.join(' ')}`)
    const finish = (): number => (this.broken ? 1 : run(this, words))
    if (name === 'slow' && this.#clock) await this.#takeTime(this.#clock, Number(words[0]), finish, signal)
    const status = finish()
    const said = Buffer.from(`${command.argv.join(' ')}\n`)
    await output('stdout', said)
    return { status, outputSha256: sha256Hex(said) }
  }

  /** Its commands end with the daemon. */
  refuseLeft(): void {}

  runBeside(...words: Parameters<SimMachine['run']>): Promise<CommandResult> {
    return this.run(...words)
  }

  async readyPackages(): Promise<void> {
    // There is no apt here.
  }

  async bootId(): Promise<string> {
    return `boot ${this.boots}`
  }

  async reboot(): Promise<CommandResult> {
    this.begun.push('reboot')
    const status = this.broken ? 1 : this.rebootStatus
    if (status === 0) this.onReboot()
    return { status, outputSha256: sha256Hex('') }
  }

  async hooks(_: HookStage): Promise<readonly string[]> {
    return []
  }

  async *#slowly(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
    for (let from = 0; from < bytes.length; from += chunkBytes) {
      const part = bytes.subarray(from, from + chunkBytes)
      await this.#takeFor(part)
      yield part
    }
  }

  async #takeFor(bytes: Uint8Array): Promise<void> {
    if (this.msPerMebibyte > 0 && this.#clock)
      await sleep(this.#clock, (this.msPerMebibyte * bytes.length) / chunkBytes)
  }

  async #takeTime(clock: Clock, ms: number, finish: () => void, signal: AbortSignal): Promise<void> {
    this.#underWay.add(finish)
    await sleep(clock, ms, signal)
    if (!this.#underWay.delete(finish)) await new Promise(() => undefined)
  }
}
