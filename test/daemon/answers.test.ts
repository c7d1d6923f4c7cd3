/** What a daemon answers is what docs/protocol/openapi.json, which is printed from the schemas of the answers, says of it. */
import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { answerSchemas, diffPathSchema, treeEntrySchema, underwayEventSchema } from '../../src/control/answers/index.ts'
import { type Client, connect, socketName } from '../../src/control/index.ts'
import { requests } from '../../src/daemon/requests/index.ts'
import { kinds } from '../../src/daemon/requests/shared/request.ts'
import { Lab, type LabHost, labDomain, until } from '../harness/lab.ts'
import { assertFits } from '../support/fits.ts'

type Name = keyof typeof answerSchemas

/** These need a host that waits for a domain, and a branch with two lines. */
const inTrouble: readonly Name[] = ['leave', 'resolve']

interface Answered {
  readonly result: unknown
  readonly output: string
  readonly progress: readonly string[]
}

/** Asks one daemon, and holds each of its answers and events to their schemas. */
class Asker {
  readonly host: LabHost
  readonly asked: Set<Name>
  readonly #client: Client

  constructor(host: LabHost, asked: Set<Name>) {
    this.host = host
    this.asked = asked
    this.#client = connect(join(host.home, socketName))
  }

  async get(name: Name, query: Readonly<Record<string, string>> = {}): Promise<unknown> {
    return this.#checked(name, await this.#client.get(`/v1/${name}?${new URLSearchParams(query)}`))
  }

  /** With what was its output, and what it told of how far it had come. */
  async post(name: Name, body: object = {}): Promise<Answered> {
    let output = ''
    const progress: string[] = []
    const result = await this.#client.post(`/v1/${name}`, body, (event) => {
      assertFits(underwayEventSchema, event, name)
      if (event.event === 'progress') progress.push(event.text)
      if (event.event === 'output') output += Buffer.from(event.bytes, 'base64').toString()
    })
    return { result: this.#checked(name, result), output, progress }
  }

  /** What changes the host, by a user in its /tmp. */
  async does(name: Name, body: object = {}): Promise<unknown> {
    return (await this.post(name, { user: 'ann', ...body })).result
  }

  #checked(name: Name, answer: unknown): unknown {
    assertFits(answerSchemas[name], answer, name)
    this.asked.add(name)
    return answer
  }
}

test('every answer of a daemon is as its schema says', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const [alder, birch] = lab.hosts as [LabHost, LabHost]
  alder.env['IS_REBOOT_CMD'] = 'true'
  alder.env['IS_WEB'] = join(lab.directory, 'page')
  await lab.start()
  const asked = new Set<Name>()
  const [here, there] = [new Asker(alder, asked), new Asker(birch, asked)]
  await records(here)
  await reads(here, there)
  await replays(here, there)
  await goesElsewhere(here, there)
  const wanted = requests
    .filter(({ kind }) => kinds[kind].method === 'POST' || kind === 'query')
    .map(({ name }) => name as Name)
    .filter((name) => !inTrouble.includes(name))
  assert.deepEqual([...asked].sort(), wanted.sort())
})

test('so are those of a branch with two lines, and of a host that waits for another domain', async (t) => {
  const lab = await Lab.of(t, 'alder', 'birch')
  const asked = new Set<Name>()
  const [here, there] = lab.hosts.map((host) => new Asker(host, asked)) as [Asker, Asker]
  for (const host of lab.hosts) host.knows([host])
  await Promise.all(lab.hosts.map((host) => host.start()))
  for (const one of [here, there]) {
    await one.does('lock', { message: `apart on ${one.host.name}` })
    await one.does('exec', { cwd: one.host.path('tmp'), argv: ['true'] })
    await one.does('ci')
  }
  for (const host of lab.hosts) {
    host.knows(lab.hosts)
    await host.does('restart')
  }
  await until(async () => (await here.host.status()).lines.length === 2, 'both lines are known')
  await here.get('status')
  const [line] = (await here.host.status()).lines
  await here.does('resolve', { keep: line?.first })
  writeFileSync(join(here.host.home, 'conf/domain'), 'other.example.com\n')
  await here.host.does('restart')
  await here.get('status')
  await here.does('leave', { domain: labDomain })
  for (const name of inTrouble) assert.ok(asked.has(name), name)
})

/** What records, on the host where it is made. */
async function records(here: Asker): Promise<void> {
  const { host } = here
  const cwd = host.path('tmp')
  host.write('tmp/motd', 'hello\n')
  host.write('tmp/foo-1.sh', 'echo foo\n')
  await here.does('lock', { message: 'first' })
  host.write('tmp/kept', 'kept\n')
  await here.does('snap', { cwd, paths: ['motd', 'kept'] })
  const { output } = await here.post('exec', { user: 'ann', cwd, argv: ['sh', '-c', 'echo out; echo err >&2'] })
  assert.match(output, /out/)
  await here.get('output', { operation: 'wip:2' })
  await here.does('bank-add', { cwd, paths: ['foo-1.sh'] })
  await here.get('wip')
  await here.does('wip-undo')
  await here.does('bank-add', { cwd, paths: ['foo-1.sh'] })
  const { progress } = await here.post('ci', { user: 'ann' })
  for (const what of ['stored', 'every file of it'])
    assert.ok(progress.includes(`${what} on 1 of 1 other host`), progress.join())
  await here.does('rehearse', { cwd })
  await here.does('lock', { message: 'holds' })
  await here.does('hold-branch', { message: 'wait' })
  await here.does('ci')
  await here.does('lock', { message: 'goes on' })
  await here.does('release-branch')
  await here.does('snap', { cwd, paths: ['motd'], remove: true })
  // Only here is there a gate: it fails where it is replayed.
  host.write('tmp/gate', '')
  await here.does('exec', { cwd, argv: ['test', '-e', 'gate'] })
  await here.does('exec', { cwd, argv: ['true'] })
  await here.does('ci')
}

/** What only reads. */
async function reads(here: Asker, there: Asker): Promise<void> {
  const cwd = here.host.path('tmp')
  await here.get('status')
  const log = (await here.get('log')) as readonly { readonly id: string }[]
  const first = log.at(-1)?.id ?? ''
  await here.get('show', { name: `${first}:0` })
  await here.get('blame', { cwd, path: 'kept' })
  await here.get('paths', { cwd, prefix: '/' })
  await here.get('history')
  await here.get('branches')
  await until(async () => ((await here.get('hosts')) as readonly unknown[]).length === 2, 'both hosts are known')
  await here.get('doctor')
  await there.get('plan')
  await here.get('bank')
  await here.post('verify', { cwd })
  const { output } = await here.post('diff', { cwd, from: '0'.repeat(64), to: first })
  for (const line of output.trim().split('\n')) assertFits(diffPathSchema, JSON.parse(line), 'a line of diff')
  await here.post('cat', { cwd, path: 'kept' })
  await here.post('bank-get', { name: 'foo-1.sh' })
  await here.post('blob', { operation: `${first}:0` })
  const tree = await here.post('tree', { path: '/tmp' })
  for (const line of tree.output.trim().split('\n')) assertFits(treeEntrySchema, JSON.parse(line), 'a line of tree')
  await here.post('web')
  await here.post('interrupt')
}

/** What replays on another host, and goes on there where it can't. */
async function replays(here: Asker, there: Asker): Promise<void> {
  const cwd = there.host.path('tmp')
  await there.does('hold', { message: 'wait' })
  await there.get('status')
  await there.does('release')
  await assert.rejects(there.does('up'), { code: 'OPERATION_FAILED' })
  await there.get('status')
  await here.get('hosts')
  const { stopped } = await there.host.status()
  const operation = stopped?.operation ?? ''
  await there.does('skip', { operation, message: 'no gate here' })
  await there.does('up')
  await there.get('status')
  await there.does('done', { operation, message: 'there is one now' })
  there.host.write('tmp/kept', 'changed\n')
  await there.post('verify', { cwd })
  await there.does('restore', { cwd, path: 'kept' })
  await here.does('lock', { message: 'no more gates' })
  await here.does('bank-remove', { names: ['foo-1.sh'] })
  await here.does('void', { operation, message: 'it was none' })
  await here.does('ci')
  await here.get('log')
}

/** Branches, and what takes back. */
async function goesElsewhere(here: Asker, there: Asker): Promise<void> {
  const cwd = there.host.path('tmp')
  await there.does('up')
  const [newest] = (await here.get('log')) as readonly { readonly id: string }[]
  await here.does('lock', { message: 'not meant' })
  await here.does('revert', { changeset: newest?.id, dryRun: true })
  await here.does('unlock')
  await here.does('fork', { branch: 'web' })
  await here.does('migrate', { branch: 'generic' })
  await here.does('lock', { message: 'reboots' })
  await here.does('reboot')
  await here.get('status')
  await here.does('unlock')
  await there.does('lock', { message: 'to be dropped' })
  await there.does('exec', { cwd, argv: ['true'] })
  await here.does('unlock')
  await there.does('wip-drop')
  await there.get('wip')
  await there.get('history')
  await there.get('status')
  await here.post('restart')
  await there.post('stop')
}
