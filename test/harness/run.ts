/** Running one command to its end, and what a test says about how it ended. */
import assert from 'node:assert/strict'
import { type ChildProcess, type SpawnOptions, spawn } from 'node:child_process'

/** How a command ended. */
export interface Run {
  readonly command: string
  /** Exit status; 128 + n after signal n would be a shell's, here it is null. */
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
  readonly stdoutBytes: Buffer
}

/** A command that is under way. */
export interface Running {
  readonly child: ChildProcess
  readonly done: Promise<Run>
}

/** Everything takes well under a minute where nobody else wants the processors; a command that hangs must not hang the whole run. */
const runMsMax = 120_000

/** Starts a command with its output captured; `input` is what it can read, nothing when absent. */
export function begin(
  argv: readonly string[],
  options: SpawnOptions & { readonly input?: string | Uint8Array; readonly limitMs?: number },
): Running {
  const [program = '', ...words] = argv
  const { input, limitMs = runMsMax, ...rest } = options
  const child = spawn(program, words, { ...rest, stdio: [input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'] })
  const command = argv.join(' ')
  const done = new Promise<Run>((resolve, reject) => {
    const out: Buffer[] = []
    const err: Buffer[] = []
    child.stdout?.on('data', (bytes: Buffer) => out.push(bytes))
    child.stderr?.on('data', (bytes: Buffer) => err.push(bytes))
    const limit = setTimeout(() => {
      child.kill('SIGKILL')
      reject(new Error(`no end within ${limitMs} ms: ${command}\n${Buffer.concat(err)}`))
    }, limitMs)
    child.once('error', (error) => {
      clearTimeout(limit)
      reject(error)
    })
    child.once('close', (status) => {
      clearTimeout(limit)
      const stdoutBytes = Buffer.concat(out)
      resolve({ command, status, stdoutBytes, stdout: stdoutBytes.toString(), stderr: Buffer.concat(err).toString() })
    })
    child.stdin?.on('error', () => undefined)
    child.stdin?.end(input)
  })
  // A test that fails in between does not look at it any more.
  done.catch(() => undefined)
  return { child, done }
}

/** Fails unless the command did what it was told. */
export function assertDone(run: Run): Run {
  assert.equal(run.status, 0, describe(run))
  assertNoTrace(run)
  return run
}

/** Fails unless the command refused: with this status, one message and one hint, and these words on standard error. */
export function assertRefused(run: Run, status: number, ...words: readonly (string | RegExp)[]): Run {
  assert.equal(run.status, status, describe(run))
  assertNoTrace(run)
  const errors = run.stderr.split('\n').filter((line) => line.startsWith('isconf: error: '))
  const hints = run.stderr.split('\n').filter((line) => line.startsWith('isconf: hint: '))
  assert.deepEqual([errors.length, hints.length], [1, 1], `one message and one hint\n${describe(run)}`)
  for (const word of words) {
    const found = typeof word === 'string' ? run.stderr.includes(word) : word.test(run.stderr)
    assert.ok(found, `${word} is not in\n${describe(run)}`)
  }
  return run
}

/** No stack trace, and nothing that the program itself takes for a bug. */
export function assertNoTrace(run: Run): void {
  assert.doesNotMatch(run.stderr, /^\s+at .+:\d+/m, describe(run))
  assert.doesNotMatch(run.stderr, /node:internal|this is a bug|undefined|\[object /, describe(run))
}

export function describe({ command, status, stdout, stderr }: Run): string {
  return `${command}\nstatus ${status}\n--- standard output\n${stdout}--- standard error\n${stderr}`
}

/** Waits until a condition holds; fails, saying what was waited for, when it does not within the limit. */
export async function until(
  condition: () => boolean | Promise<boolean>,
  what: string,
  limitMs = 60_000,
): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!(await condition())) {
    if (performance.now() > endMs) assert.fail(`not within ${limitMs} ms: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs))
  }
}

const lookEveryMs = 50
