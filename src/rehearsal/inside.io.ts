/** What runs in the sandbox: puts back what the work has changed, and does the operations one after the other. */
import { spawnSync } from 'node:child_process'
import { createReadStream, statfsSync } from 'node:fs'
import { lstat, rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { systemClock as clock } from '../base/clock.io.ts'
import { invariant, toIsconfError } from '../base/index.ts'
import type { Operation } from '../journal/index.ts'
import { type Machine, systemMachine } from '../machine/index.ts'
import { apply, applyInstalls, isInstall } from '../replay/index.ts'
import { blobPath } from '../store/index.ts'
import type { Job, Outcome, SandboxEvent, TakenBack } from './rehearsal.ts'

/** With less than this left, the space counts as used up. */
const roomBytesMin = 1024 * 1024

/** Reads the job from standard input, does it, and reports on standard output. Ends when its parent does. */
export async function rehearseInside(): Promise<void> {
  const lines = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  const first = await lines.next()
  // Whoever asked for it is gone.
  process.stdin.once('end', () => process.exit(0))
  const job = JSON.parse(String(first.value)) as Job
  await new Inside(job).run(async () => (await lines.next()).value === 'go')
  process.exit(0)
}

class Inside {
  readonly #job: Job
  readonly #machine: Machine

  constructor(job: Job) {
    this.#job = job
    const { volroot, home, environment, owner } = job
    const refuse = (): string => '/nonexistent'
    this.#machine = systemMachine({
      ...{ volroot, home, environment: () => environment, owner: () => owner, clock },
      ...{ rebootCommand: () => 'false', bootIdPath: refuse, hooksPath: refuse },
    })
  }

  /** `goesOn` is called after each operation: the parent decides whether to go on. */
  async run(goesOn: () => Promise<boolean>): Promise<void> {
    tell({ event: 'ready' })
    for (const one of this.#job.takenBack) await this.#takeBack(one)
    for (const [index, operation] of this.#job.operations.entries()) {
      tell({ event: 'begun', index })
      tell({ event: 'ended', index, ...(await this.#outcomeOf(operation)) })
      if (!(await goesOn())) return
    }
  }

  async #outcomeOf(operation: Operation): Promise<Outcome> {
    try {
      const { status, remarks } = await this.#do(operation)
      return { status, why: null, remarks, isFull: status !== 0 && isFull() }
    } catch (thrown) {
      return { status: 1, why: toIsconfError(thrown).message, remarks: [], isFull: isFull() }
    }
  }

  async #do(operation: Operation): Promise<{ readonly status: number; readonly remarks: readonly string[] }> {
    const { signal } = new AbortController()
    invariant(operation.type !== 'unknown', 'up stops before an operation that it does not know')
    if (operation.type === 'reboot') return { status: 0, remarks: [] }
    if (isInstall(operation)) {
      const store = {
        has: () => true,
        readWhole: (id: string) => createReadStream(blobPath(this.#job.store, id)),
      }
      const deps = { machine: this.#machine, store, clock, onProgress: () => undefined }
      const [applied] = await applyInstalls(deps, [operation], signal)
      return applied ?? { status: 1, remarks: [] }
    }
    const listen = (stream: 'stdout' | 'stderr', bytes: Uint8Array): undefined =>
      tell({ event: 'output', stream, bytes: Buffer.from(bytes).toString('base64') })
    return apply({ machine: this.#machine, clock }, operation, { output: listen }, signal)
  }

  async #takeBack(one: TakenBack): Promise<void> {
    if (one.was === 'recorded') {
      await this.#do(one.operation).catch(() => undefined)
      return
    }
    const real = join(this.#job.volroot, one.path)
    const isOfPackage = one.was === 'unknown' && ownedByPackage(real)
    if (isOfPackage) return tell({ event: 'left', path: one.path })
    const isDirectory = await lstat(real).then(
      (found) => found.isDirectory(),
      () => false,
    )
    // A directory that holds more than the work has put into it stays.
    await (isDirectory ? rmdir(real) : rm(real, { force: true })).catch(() => undefined)
  }
}

/** Whether a package brought the file, and so it was there before anybody snapped it. */
function ownedByPackage(path: string): boolean {
  const owns = (program: string, option: string): boolean =>
    spawnSync(program, [option, path], { stdio: 'ignore' }).status === 0
  return owns('/usr/bin/dpkg-query', '--search') || owns('/usr/bin/rpm', '-qf')
}

function isFull(): boolean {
  const { bavail, bsize } = statfsSync('/')
  return bavail * bsize < roomBytesMin
}

function tell(event: SandboxEvent): undefined {
  process.stdout.write(`${JSON.stringify(event)}\n`)
}
