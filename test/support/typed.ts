/** A command line typed on a host whose daemon is a table of answers. */
import { mkdirSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { runCli, type Surroundings, systemFiles } from '../../src/cli/index.ts'
import { temporaryDirectory } from './files.ts'

/** What the daemon answers, by `GET /v1/status` and the like: a document, or the events of a POST. */
export type Answers = Readonly<Record<string, unknown>>

export interface Typed {
  readonly status: number
  readonly out: string
  readonly err: string
  /** What the daemon was asked: request line and body. */
  readonly asked: readonly string[]
}

export interface Host {
  /** IS_HOME */
  readonly home: string
  /** Types `isconf WORDS...`. */
  type(...words: readonly string[]): Promise<Typed>
  /** The person presses Ctrl-C. */
  interrupt(): void
}

/** A host without a daemon when `answers` is undefined. Sets IS_HOME for this process. */
export async function hostWith(
  t: TestContext,
  answers: Answers | undefined,
  more: Partial<Surroundings> = {},
): Promise<Host> {
  const home = temporaryDirectory(t)
  mkdirSync(join(home, 'conf'))
  writeFileSync(join(home, 'main.cf'), '')
  process.env['IS_HOME'] = home
  const asked: string[] = []
  if (answers) await serve(t, join(home, 'conf/.ctl'), answers, asked)
  let listener = (): void => undefined
  const onInterrupt = (one: () => void): void => {
    listener = one
  }
  return {
    home,
    interrupt: () => listener(),
    type: async (...words) => {
      const written: Record<'out' | 'err', Buffer[]> = { out: [], err: [] }
      const terminal = {
        out: (text: string | Uint8Array) => void written.out.push(Buffer.from(text)),
        err: (text: string | Uint8Array) => void written.err.push(Buffer.from(text)),
      }
      const surroundings = { ...calm, terminal, onInterrupt, ...more }
      const own = words.some((word) => word === '-c') ? [] : ['-c', join(home, 'main.cf')]
      const status = await runCli([...own, ...words], surroundings)
      const [out, err] = [Buffer.concat(written.out).toString(), Buffer.concat(written.err).toString()]
      return { status, out: out.replaceAll(home, 'HOME'), err: err.replaceAll(home, 'HOME'), asked }
    },
  }
}

const refuse = (what: string) => (): never => {
  throw new Error(`nobody asked to ${what}`)
}

const calm: Surroundings = {
  terminal: { out: () => undefined, err: () => undefined },
  user: 'luke',
  cwd: '/home/luke',
  variable: (name) => ({ LANG: 'de_DE.UTF-8', EMPTY: '' })[name],
  release: '5.0.0-test',
  spawnDaemon: refuse('start a daemon'),
  runDaemon: refuse('run a daemon'),
  sealHome: refuse('seal a host'),
  noteSameHost: refuse('note a host'),
  leaveHome: refuse('leave a domain'),
  input: refuse('read standard input'),
  hasInput: async () => false,
  onInterrupt: () => undefined,
  isAlive: refuse('look for a process'),
  isBelow: () => false,
  sleep: refuse('wait'),
  files: systemFiles,
}

async function serve(t: TestContext, path: string, answers: Answers, asked: string[]): Promise<void> {
  const server = createServer(async (request, response) => {
    let body = ''
    for await (const chunk of request) body += chunk
    const line = `${request.method} ${request.url}`
    asked.push(`${line} ${body}`.trimEnd())
    const answer = answers[line]
    const lines = request.method === 'POST' && Array.isArray(answer) ? answer : [answer]
    response.statusCode = answer === undefined ? 500 : 200
    response.end(lines.map((one) => `${JSON.stringify(one ?? {})}\n`).join(''))
  })
  await new Promise<void>((resolve) => server.listen(path, resolve))
  t.after(() => server.close())
}

/** The last event of a POST that went well. */
export function result(value: unknown): object {
  return { event: 'result', result: value }
}
