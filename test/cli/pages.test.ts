/** The manual's examples are run: every page of this folder, on daemons of its own. UPDATE=1 writes what they print. */
import assert from 'node:assert/strict'
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import type { Status } from '../../src/control/index.ts'
import { begin, Lab, type LabHost, program, until } from '../harness/lab.ts'
import { unlessThere } from '../support/tools.ts'
import { Ids, parseSteps, type Step, type Typed, withOutputs } from './page.ts'

const folder = fileURLToPath(new URL('.', import.meta.url))
const update = process.env['UPDATE'] === '1'

/** What the commands of a page need, beside what every system has. */
const programsByPage: Readonly<Record<string, readonly string[]>> = { 'foo.md': ['make'] }

for (const name of readdirSync(folder).filter((entry) => entry.endsWith('.md'))) {
  test(`the examples of ${name} work`, { skip: unlessThere(...(programsByPage[name] ?? [])) }, async (t) => {
    const path = join(folder, name)
    const page = readFileSync(path, 'utf8')
    const steps = parseSteps(page)
    assert.ok(steps.length > 0, 'the page has examples')
    const run = new PageRun(await makeLab(t, steps, join(folder, 'files', basename(name, '.md'))))
    const typedByStep = new Map<Step, Typed>()
    let isAsWritten = true
    for (const step of steps) {
      const typed = await run.step(step)
      typedByStep.set(step, typed)
      const [expected, found] = run.compare(step, typed)
      if (!update) assert.equal(found, expected, `${name}:${step.from + 1}: ${step.command}`)
      isAsWritten &&= found === expected
    }
    // A page that differs only in what varies stays as it is.
    if (update && !isAsWritten) writeFileSync(path, withOutputs(page, typedByStep))
  })
}

/** The hosts that a page names; those whose first command does not start them run already. */
async function makeLab(t: TestContext, steps: readonly Step[], files: string): Promise<Lab> {
  const names = [...new Set(steps.map(({ host }) => host))]
  const lab = await Lab.of(t, ...names)
  for (const host of lab.hosts) furnish(host, files)
  const bin = join(lab.directory, 'bin')
  mkdirSync(bin)
  const script = `#!/bin/sh\nexec ${process.execPath} ${program} -c "$MAIN_CF" "$@"\n`
  writeFileSync(join(bin, 'isconf'), script, { mode: 0o755 })
  const running = lab.hosts.filter(({ name }) => {
    const first = steps.find(({ host, command }) => host === name && command.startsWith('isconf'))
    return first?.command !== 'isconf start'
  })
  if (running.length > 0) await lab.start(...running)
  // Who is there has said where it listens, so that no address is left to complain of.
  if (running.length === lab.hosts.length)
    for (const host of lab.hosts) await until(() => reachesAll(host), 'all are met')
  return lab
}

async function reachesAll(host: LabHost): Promise<boolean> {
  return (await host.status()).mesh.unreached.length === 0
}

/** What a page finds on its hosts: its directory in `files`, if there is one, of which main.cf is the host's. */
function furnish(host: LabHost, files: string): void {
  if (!existsSync(files)) return
  cpSync(files, host.root, { recursive: true })
  const mainCf = join(host.root, 'main.cf')
  if (!existsSync(mainCf)) return
  writeFileSync(host.mainCfPath, readFileSync(mainCf, 'utf8').replaceAll('ROOT', host.root))
  rmSync(mainCf)
}

class PageRun {
  readonly #lab: Lab
  /** The ids of the page, and those of this run in the same places. */
  readonly #pageIds = new Ids()
  readonly #runIds = new Ids()

  constructor(lab: Lab) {
    this.#lab = lab
  }

  /** Types a command; both streams as they came, with the paths that the page shows. */
  async step({ host: name, directory, command: written }: Step): Promise<Typed> {
    const host = this.#lab.hosts.find((one) => one.name === name)
    assert.ok(host)
    const cwd = host.path(directory)
    mkdirSync(cwd, { recursive: true })
    const variables = host.variables()
    const env = {
      ...variables,
      MAIN_CF: host.mainCfPath,
      PATH: `${join(this.#lab.directory, 'bin')}:${variables['PATH']}`,
    }
    const command = this.#pageIds.translate(written, this.#runIds)
    const { stdout, status } = await begin(['/bin/sh', '-c', `exec 2>&1\n${command}`], { cwd, env }).done
    if (/isconf (start|stop|restart)/.test(command)) await this.#untilMet()
    const shown = stdout.replaceAll(host.home, '/var/is').replaceAll(host.root, '').replaceAll(dirname(host.home), '')
    return { command, output: status === 0 ? shown : `${shown}(status ${status})\n` }
  }

  /** What the page says and what was printed, in comparable form. */
  compare(step: Step, { output }: Typed): readonly [string, string] {
    return [this.#pageIds.mask(step.expected), this.#runIds.mask(output)]
  }

  /** Waits until the running hosts see each other, and nobody else. */
  async #untilMet(): Promise<void> {
    const running = this.#lab.hosts.filter((host) => host.pid() !== undefined)
    for (const host of running) {
      const others = running.filter((other) => other !== host).map(({ name }) => name)
      await until(async () => String(await peersOf(host)) === String(others.sort()), `${host.name} sees ${others}`)
    }
  }
}

async function peersOf(host: LabHost): Promise<readonly string[]> {
  const { mesh }: Partial<Status> = await host.status()
  // A daemon that waits for a domain is in no mesh.
  return (mesh?.peers ?? []).map((peer) => peer.host).sort()
}
