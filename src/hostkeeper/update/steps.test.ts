/** An update that ends between any two of its steps, and starts again. */
import assert from 'node:assert/strict'
import { existsSync, lstatSync, readlinkSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { TestContext } from 'node:test'
import { namesIn, temporaryDirectory } from '../../../test/support/files.ts'
import { testWith } from '../../../test/support/tools.ts'
import { layoutOf } from '../program/layout.ts'
import { settingsFrom } from '../program/settings.ts'
import { lookAtTree } from '../tree/content.io.ts'
import { systemTreeDisk, type TreeDisk } from '../tree/disk.io.ts'
import type { TreeDeps } from './check.io.ts'
import { fetchTree } from './fetch.io.ts'
import { rollBack, switchTree } from './switch.io.ts'

// A tree is checked with make before it is taken.
const test = testWith('make')

class Killed extends Error {}

/** A disk that does this many steps, and none after them. */
function disk(steps: number): { readonly disk: TreeDisk; readonly wasKilled: () => boolean } {
  let left = steps
  let killed = false
  const step =
    <Arguments extends unknown[], Result>(run: (...words: Arguments) => Promise<Result>) =>
    (...words: Arguments): Promise<Result> => {
      if (left <= 0) {
        killed = true
        return Promise.reject(new Killed())
      }
      left -= 1
      return run(...words)
    }
  const real = systemTreeDisk
  return {
    disk: {
      makeDirectory: step(real.makeDirectory),
      makeWork: step(real.makeWork),
      rename: step(real.rename),
      link: step(real.link),
      remove: step(real.remove),
      syncTree: step(real.syncTree),
    },
    wasKilled: () => killed,
  }
}

interface Host {
  readonly source: string
  readonly home: string
  deps(steps?: number): TreeDeps & { readonly wasKilled: () => boolean }
}

function hostOf(t: TestContext): Host {
  const directory = temporaryDirectory(t)
  const [source, home] = [join(directory, 'source'), join(directory, 'home')]
  const settings = settingsFrom(() => undefined)
  const names = { fqdn: 'scramjet.example.com', short: 'scramjet' }
  return {
    source,
    home,
    deps: (steps = Number.POSITIVE_INFINITY) => ({
      settings,
      layout: layoutOf(home),
      names,
      environment: process.env,
      signal: new AbortController().signal,
      ...disk(steps),
    }),
  }
}

async function publish({ source }: Host, version: string): Promise<void> {
  await systemTreeDisk.makeDirectory(source)
  writeFileSync(join(source, 'hosts.conf'), `DEFAULT: PACKAGES=a VERSION=${version}\n`)
  writeFileSync(join(source, 'packages.conf'), 'a:\n\ttouch $@\n')
}

async function update(host: Host, steps?: number): Promise<boolean> {
  const deps = host.deps(steps)
  try {
    await fetchTree(host.source, false, deps)
    await switchTree(deps)
    return true
  } catch (error) {
    if (!(error instanceof Killed)) throw error
    return false
  }
}

/** The state of the trees, without names that differ each time. */
async function stateOf({ home }: Host): Promise<unknown> {
  const links = ['tree', 'previous', 'staged', 'refused'].map((name) => {
    const path = join(home, name)
    return [name, lstatSync(path, { throwIfNoEntry: false }) ? readlinkSync(path) : undefined]
  })
  return { links, trees: namesIn(join(home, 'trees')), home: namesIn(home) }
}

/** At any moment: what holds is whole, and is what its name says. */
async function assertWhole({ home }: Host, mayHold: readonly string[]): Promise<void> {
  const held = readlinkSync(join(home, 'tree')).replace('trees/', '')
  assert.ok(mayHold.includes(held), `${held} is one of ${mayHold}`)
  for (const name of namesIn(join(home, 'trees')).filter((one) => !one.startsWith('.'))) {
    assert.equal((await lookAtTree(join(home, 'trees', name))).id, name, `${name} is whole`)
  }
}

const heldBy = ({ home }: Host): string => readlinkSync(join(home, 'tree')).replace('trees/', '')

test('an update that is ended after any number of steps leaves a whole tree, and the next one ends as if nothing had been', async (t) => {
  let steps = 0
  for (let wasKilled = true; wasKilled; steps += 1) {
    const host = hostOf(t)
    await updateThrough(host, '1', '2')
    const before = heldBy(host)
    await publish(host, '3')
    wasKilled = !(await update(host, steps))
    const [undisturbed, after] = await undisturbedUpdate(t)
    await assertWhole(host, [before, after])
    await update(host)
    assert.deepEqual(await stateOf(host), undisturbed, `killed after ${steps} steps`)
    assert.equal(heldBy(host), after)
    rmSync(host.home, { recursive: true })
  }
  // Less would mean that not all of them are counted.
  assert.ok(steps > 15, `${steps} steps`)
})

async function updateThrough(host: Host, ...versions: readonly string[]): Promise<void> {
  for (const version of versions) {
    await publish(host, version)
    await update(host)
  }
}

let undisturbedOnce: Promise<readonly [unknown, string]> | undefined

function undisturbedUpdate(t: TestContext): Promise<readonly [unknown, string]> {
  undisturbedOnce ??= (async () => {
    const host = hostOf(t)
    await updateThrough(host, '1', '2', '3')
    return [await stateOf(host), heldBy(host)] as const
  })()
  return undisturbedOnce
}

test('a first update that is ended after any number of steps leaves no tree or a whole one', async (t) => {
  let steps = 0
  for (let wasKilled = true; wasKilled; steps += 1) {
    const host = hostOf(t)
    await publish(host, '1')
    wasKilled = !(await update(host, steps))
    if (existsSync(join(host.home, 'tree'))) await assertWhole(host, [heldBy(host)])
    await update(host)
    assert.deepEqual(
      namesIn(join(host.home, 'trees')).map((name) => name.length),
      [16],
    )
  }
  assert.ok(steps > 10, `${steps} steps`)
})

test('turning back that is ended after any number of steps ends the same when it is done again', async (t) => {
  let steps = 0
  for (let wasKilled = true; wasKilled; steps += 1) {
    const host = hostOf(t)
    await updateThrough(host, '1', '2')
    const deps = host.deps(steps)
    const bad = heldBy(host)
    wasKilled = await rollBack(deps).then(
      () => false,
      () => true,
    )
    assert.equal(wasKilled, deps.wasKilled())
    if (wasKilled && heldBy(host) === bad) await rollBack(host.deps())
    assert.notEqual(heldBy(host), bad)
    // The source still has the bad one.
    await update(host)
    assert.notEqual(heldBy(host), bad)
  }
  assert.ok(steps > 9, `${steps} steps`)
})
