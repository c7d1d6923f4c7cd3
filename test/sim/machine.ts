/**
 * A machine in memory: a tree of files with attributes, and commands that are
 * small functions of it. It outlives the daemon: what was done is done.
 */
import { posix } from 'node:path'
import { type Clock, IsconfError, type Random, sha256Hex, sleep } from '../../src/base/index.ts'
import type {
  Command,
  CommandResult,
  FileAttributes,
  FileOwner,
  FileReader,
  InstallReport,
  Machine,
  OutputListener,
} from '../../src/host/machine.ts'

interface SimFile {
  readonly content: string
  readonly mode: number
  readonly owner: FileOwner
  readonly mtimeMs: number
}

const root: FileOwner = { uid: 0, gid: 0, user: 'root', group: 'root' }

/** What a command is and does, by the name it is called by. All of them may be done twice in a row with the same result. */
const commands: Readonly<Record<string, (machine: SimMachine, words: readonly string[]) => number>> = {
  /** `append PATH TEXT`: adds a line, unless it is the last one already; so the order of two shows in the file. */
  append: (machine, [path = '', text = '']) => {
    const before = machine.read(path) ?? ''
    if (!before.endsWith(`${text}\n`)) machine.write(path, `${before}${text}\n`)
    return 0
  },
  fail: (_, [status = '1']) => Number(status),
  /** `slow MS PATH TEXT`: an append that takes its time. */
  slow: (machine, [, path = '', text = '']) => commands['append']?.(machine, [path, text]) ?? 1,
}

export class SimMachine implements Machine {
  readonly #clock: Clock | undefined
  readonly #fileByPath = new Map<string, SimFile>()
  /** Every command and installation that was begun, in order, for the checks. */
  readonly begun: string[] = []
  /** Commands fail without doing anything. */
  broken = false
  /** What the commands that take their time would still do. */
  readonly #underWay = new Set<() => void>()

  /** Without a clock nothing takes any time. */
  constructor(clock?: Clock) {
    this.#clock = clock
  }

  /** A file's content; undefined when there is none. */
  read(path: string): string | undefined {
    return this.#fileByPath.get(path)?.content
  }

  /** Writes a file by hand, as an administrator does. */
  write(path: string, content: string, mode = 0o644): void {
    this.#fileByPath.set(path, { content, mode, owner: root, mtimeMs: 0 })
  }

  /** Everything below /, one line a file: two machines are alike when these are equal. */
  get tree(): string {
    const lines = [...this.#fileByPath].map(([path, { content, mode, owner, mtimeMs }]) =>
      [path, mode.toString(8), owner.user, owner.group, mtimeMs, JSON.stringify(content)].join(' '),
    )
    return lines.sort().join('\n')
  }

  /** The power fails: a command that was under way has done its work, or it has not. */
  crash(random: Random): void {
    for (const finish of this.#underWay) if (random.below(2) === 0) finish()
    this.#underWay.clear()
  }

  /** Another machine with the same files. */
  copy(): SimMachine {
    const copy = new SimMachine(this.#clock)
    for (const [path, file] of this.#fileByPath) copy.#fileByPath.set(path, file)
    return copy
  }

  journalPath(path: string, cwd: string): string {
    return posix.join('/', posix.isAbsolute(path) ? '' : cwd, path).replace(/(.)\/$/, '$1')
  }

  async openFile(path: string): Promise<FileReader> {
    const file = this.#fileByPath.get(path)
    if (!file) throw new IsconfError('NO_SUCH_FILE', `no such file: ${path}`)
    const { content, mode, owner, mtimeMs } = file
    const bytes = Buffer.from(content)
    return {
      attributes: { path, mode, owner, mtimeMs, parents: [] },
      sizeBytes: bytes.length,
      content: oneChunk(bytes),
      close: async () => undefined,
    }
  }

  async installFile(
    attributes: FileAttributes,
    content: AsyncIterable<Uint8Array>,
    sha256: string,
  ): Promise<InstallReport> {
    const { path, mode, owner, mtimeMs } = attributes
    this.begun.push(`snap ${path}`)
    const parts: Uint8Array[] = []
    for await (const part of content) parts.push(part)
    const bytes = Buffer.concat(parts)
    if (sha256Hex(bytes) !== sha256) throw new IsconfError('BLOB_MISMATCH', `${path}: not the file that was recorded`)
    this.#fileByPath.set(path, { content: bytes.toString('utf8'), mode, owner, mtimeMs })
    return { remarks: [] }
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

  async #takeTime(clock: Clock, ms: number, finish: () => void, signal: AbortSignal): Promise<void> {
    this.#underWay.add(finish)
    await sleep(clock, ms, signal)
    if (!this.#underWay.delete(finish)) await new Promise(() => undefined)
  }
}

async function* oneChunk(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  yield bytes
}
