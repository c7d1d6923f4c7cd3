/**
 * Power failures: the image of a disk is copied at the moment, which has what the disk had been given until then; the
 * copy is mounted, and the host boots from it. Needs root, loop devices and ext4.
 */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { assertDone, begin, type Run, type Running, until } from '../harness/run.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessRootHas } from '../support/tools.ts'

const program = fileURLToPath(new URL('../../dist/hostkeeper.js', import.meta.url))

const packages = `all: a b
a:
\techo a >> $(NOTES)
\thead -c 100000 /dev/zero | tr '\\0' x > $(DISK)/installed
\ttouch $@
b:
\techo b >> $(NOTES)
\twhile test ! -e $(GO); do sleep 0.05; done
\thead -c 100000 /dev/zero | tr '\\0' y > $(DISK)/other
\ttouch $@
`

/** A machine with one disk, in a mount namespace that goes with the test. */
class Machine {
  readonly directory: string
  readonly #holder: ChildProcess

  private constructor(directory: string, holder: ChildProcess) {
    this.directory = directory
    this.#holder = holder
  }

  /** Undefined where there is no loop device to be had. */
  static async of(t: TestContext): Promise<Machine | undefined> {
    const directory = temporaryDirectory(t)
    mkdirSync(join(directory, 'disk'))
    writeFileSync(join(directory, 'notes'), '')
    const words = ['--mount', '--propagation', 'private', 'sh', '-c', 'echo ready; exec cat']
    const holder = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    t.after(() => holder.kill('SIGKILL'))
    let said = ''
    holder.stdout?.on('data', (bytes: Buffer) => {
      said += bytes
    })
    await until(() => said.includes('ready'), 'there is a namespace')
    const machine = new Machine(directory, holder)
    const made = await machine.sh('truncate -s 64M image && mkfs.ext4 -q -F image').done
    if (made.status !== 0 || (await machine.mount('image')).status !== 0) return undefined
    return machine
  }

  sh(line: string): Running {
    const { directory } = this
    const env = {
      ...process.env,
      ISCONFDIR: join(directory, 'disk/home'),
      IS_HOSTNAME: 'scramjet',
      HOSTKEEPER_MOTD: join(directory, 'motd.d'),
      HOSTKEEPER_RUN: join(directory, 'run'),
      NOTES: join(directory, 'notes'),
      GO: join(directory, 'go'),
      DISK: join(directory, 'disk'),
      HOSTKEEPER: `${process.execPath} ${program}`,
    }
    return begin(
      ['nsenter', `--target=${this.#holder.pid}`, '--mount', `--wdns=${directory}`, '--', 'sh', '-c', line],
      {
        env,
      },
    )
  }

  /** Boots from this image: another boot of the kernel, too, as far as Hostkeeper can see. */
  async mount(image: string): Promise<Run> {
    writeFileSync(join(this.directory, `boot-${image}`), `${image}\n`)
    return this.sh(`mount -o loop ${image} disk && mount --bind boot-${image} /proc/sys/kernel/random/boot_id`).done
  }

  /** Where the power fails now: what the disk has. */
  copy(name: string): void {
    copyFileSync(join(this.directory, 'image'), join(this.directory, name))
  }

  async bootFrom(image: string): Promise<void> {
    assertDone(await this.sh('umount /proc/sys/kernel/random/boot_id && umount -l disk').done)
    assertDone(await this.mount(image))
  }

  async done(): Promise<string> {
    return assertDone(await this.sh('cat notes; : > notes').done).stdout
  }
}

const missing = unlessRootHas('make', 'mkfs.ext4', 'unshare')

async function machineOf(t: TestContext): Promise<Machine | undefined> {
  const machine = await Machine.of(t)
  if (machine === undefined) {
    console.error('\n*** SKIPPED, for want of loop devices: what a power failure leaves\n')
    t.skip('no loop devices')
    return undefined
  }
  const tree = join(machine.directory, 'tree')
  mkdirSync(tree)
  writeFileSync(join(tree, 'hosts.conf'), 'DEFAULT: NOTES=$ GO=$ DISK=$\n')
  writeFileSync(join(tree, 'packages.conf'), packages)
  assertDone(await machine.sh('mkdir disk/home && cp -R tree disk/home && sync').done)
  return machine
}

test('after a power failure in the middle of a run, what is not known to be on disk is done again', {
  skip: missing,
}, async (t) => {
  const machine = await machineOf(t)
  if (machine === undefined) return
  const run = machine.sh('$HOSTKEEPER run BOOT')
  await until(() => run.child.exitCode !== null || existsSync(join(machine.directory, 'notes')), 'it runs')
  await until(async () => (await machine.sh('grep -q b notes').done).status === 0, 'b is under way')
  // What is noted of files goes to the disk at once, and what is in them later: whoever writes to it can bring that about.
  assertDone(await machine.sh('touch disk/other-file && sync disk/other-file').done)
  machine.copy('lost')
  writeFileSync(join(machine.directory, 'go'), '')
  assertDone(await run.done)
  await machine.done()
  await machine.bootFrom('lost')
  const found = assertDone(await machine.sh('ls disk/home/stamps; stat -c %s disk/installed').done).stdout
  assert.equal(found, 'a\n0\n', 'the stamp is on the disk, and what its step wrote is not')
  const status = assertDone(await machine.sh('$HOSTKEEPER status').done).stdout
  assert.match(status, /^to be done +a, b$/m)
  const again = assertDone(await machine.sh('$HOSTKEEPER run BOOT').done)
  assert.match(again.stderr, /the last run has no end, .* are done again: a$/m)
  assert.equal(await machine.done(), 'a\nb\n')
  assert.equal(assertDone(await machine.sh('wc -c < disk/installed').done).stdout, '100000\n')
})

test('after a power failure right after a run, all that it did is there, and nothing is done again', {
  skip: missing,
}, async (t) => {
  const machine = await machineOf(t)
  if (machine === undefined) return
  writeFileSync(join(machine.directory, 'go'), '')
  assertDone(await machine.sh('$HOSTKEEPER run BOOT').done)
  machine.copy('lost')
  assert.equal(await machine.done(), 'a\nb\n')
  await machine.bootFrom('lost')
  assert.equal(assertDone(await machine.sh('cat disk/installed disk/other | wc -c').done).stdout, '200000\n')
  assertDone(await machine.sh('$HOSTKEEPER run BOOT').done)
  assert.equal(await machine.done(), '')
})

test('of a long run a power failure costs only what was done last', { skip: missing }, async (t) => {
  const machine = await machineOf(t)
  if (machine === undefined) return
  const run = machine.sh('$HOSTKEEPER run BOOT')
  await until(
    async () => (await machine.sh('grep -q "kept a" disk/home/stamps/.progress').done).status === 0,
    'a is kept',
  )
  machine.copy('lost')
  writeFileSync(join(machine.directory, 'go'), '')
  assertDone(await run.done)
  await machine.done()
  await machine.bootFrom('lost')
  assertDone(await machine.sh('$HOSTKEEPER run BOOT').done)
  assert.equal(await machine.done(), 'b\n')
  assert.equal(assertDone(await machine.sh('wc -c < disk/installed').done).stdout, '100000\n')
})
