/** `npm run demo`, as a person meets it: what it shows, and that it leaves nothing behind. */
import assert from 'node:assert/strict'
import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { fileURLToPath } from 'node:url'
import { compareHosts, isEqual } from '../../demo/compare.ts'
import { Shell } from '../../demo/shell.ts'
import { makeSite, type Site } from '../../demo/site.ts'
import { Stage } from '../../demo/stage.ts'
import { endProcesses } from '../../demo/sweep.ts'

const repository = fileURLToPath(new URL('../..', import.meta.url))
const testMsMax = 120_000

/** A directory of the test's own, in which the demo makes its own. */
function temporaryDirectory(context: TestContext): string {
  const directory = mkdtempSync(join(tmpdir(), 'isconf-test-demo-'))
  context.after(async () => {
    for (const site of sitesIn(directory)) await endProcesses(join(directory, site))
    rmSync(directory, { recursive: true, force: true })
  })
  return directory
}

function sitesIn(directory: string): readonly string[] {
  return readdirSync(directory).filter((name) => name.startsWith('isconf-demo-'))
}

function assertNothingLeft(directory: string): void {
  assert.deepEqual(sitesIn(directory), [])
  // A daemon inherits TMPDIR, and names its configuration below it; a command of a daemon has IS_VOLROOT.
  const left = readdirSync('/proc').filter((pid) => {
    try {
      return (
        /^\d+$/.test(pid) &&
        [`/proc/${pid}/cmdline`, `/proc/${pid}/environ`].some((path) => readFileSync(path, 'utf8').includes(directory))
      )
    } catch {
      return false
    }
  })
  assert.deepEqual(left, [])
}

interface Demo {
  readonly child: ChildProcess
  readonly ended: Promise<{ status: number | null; stdout: string; stderr: string }>
  /** Resolves when this has been shown. */
  shown(text: string): Promise<void>
}

function startDemo(directory: string, ...words: readonly string[]): Demo {
  const child = spawn(process.execPath, ['demo/run.ts', ...words], {
    cwd: repository,
    env: { ...process.env, TMPDIR: directory },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = new Promise<{ status: number | null; stdout: string; stderr: string }>((resolve, reject) => {
    child.once('error', reject)
    child.once('close', (status) => resolve({ status, stdout, stderr }))
  })
  const shown = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      const look = (): void => {
        if (stdout.includes(text)) resolve()
      }
      child.stdout.on('data', look)
      look()
      ended.then(() => reject(new Error(`not shown: ${text}\n${stdout}${stderr}`)), reject)
    })
  return { child, ended, shown }
}

test('the demo shows the quick start, finds three equal hosts, and leaves nothing behind', {
  timeout: testMsMax,
}, async (context) => {
  const directory = temporaryDirectory(context)
  const { status, stdout, stderr } = await startDemo(directory).ended
  assert.deepEqual([status, stderr], [0, ''], stdout)
  const lines = stdout.split('\n')
  const typed = lines
    .filter((line) => /^(alder|birch|cedar)\$ /.test(line))
    .map((line) => line.replace(/cp \S+/, 'cp …'))
  assert.deepEqual(typed, [
    'alder$ isconf start',
    'birch$ isconf start',
    'alder$ cp … .',
    'alder$ isconf lock install hello on every host',
    'birch$ isconf lock me too',
    'alder$ isconf snap hello-1.0.tar.gz',
    'alder$ isconf exec tar -xzvf hello-1.0.tar.gz',
    'alder$ isconf exec sh hello-1.0/install.sh',
    'alder$ isconf exec rm -rf hello-1.0.tar.gz hello-1.0',
    'alder$ isconf ci',
    'birch$ isconf up',
    'cedar$ isconf start',
    'cedar$ isconf log',
    'cedar$ isconf up',
    'cedar$ ../usr/local/bin/hello',
  ])
  assert.ok(lines.includes('    exit status 220'))
  assert.match(stdout, /^ {4}isconf: checked in \w+ on branch generic: 4 operations, stored on 2 hosts$/m)
  assert.match(stdout, /^ {4}operations done +4 of 4 +4 of 4 +4 of 4$/m)
  assert.match(stdout, /^ {4}\/usr\/local\/bin\/hello +0755 (\w{7}) +0755 \1 +0755 \1$/m)
  assert.match(stdout, /^All equal: /m)
  assert.ok(!stdout.includes('\x1b'), 'no colour in a pipe')
  assertNothingLeft(directory)
})

for (const moment of ['alder$ isconf start', 'alder$ isconf exec sh', 'cedar$ isconf up']) {
  test(`the demo that is interrupted at "${moment}" leaves nothing behind`, { timeout: testMsMax }, async (context) => {
    const directory = temporaryDirectory(context)
    const demo = startDemo(directory)
    await demo.shown(moment)
    demo.child.kill('SIGINT')
    const { status, stdout, stderr } = await demo.ended
    assert.deepEqual([status, stderr], [130, '\ndemo: interrupted; everything is cleaned up\n'], stdout)
    assertNothingLeft(directory)
  })
}

test('the demo whose reader goes away leaves nothing behind', { timeout: testMsMax }, async (context) => {
  const directory = temporaryDirectory(context)
  const demo = startDemo(directory)
  await demo.shown('birch$ isconf start')
  demo.child.stdout?.destroy()
  assert.equal((await demo.ended).status, 1)
  assertNothingLeft(directory)
})

test('--keep leaves hosts that can be talked to, and the script stop ends them', {
  timeout: testMsMax,
}, async (context) => {
  const directory = temporaryDirectory(context)
  const { status, stdout } = await startDemo(directory, '--keep').ended
  assert.equal(status, 0, stdout)
  const [name = ''] = sitesIn(directory)
  const site = join(directory, name)
  assert.match(stdout, new RegExp(`^ {4}cd ${site}$`, 'm'))

  const run = (script: string, ...words: readonly string[]) =>
    spawnSync(join(site, script), words, { encoding: 'utf8', env: { ...process.env, TMPDIR: directory } })
  assert.match(run('cedar', 'isconf', 'status').stdout, /^host +cedar /)
  const stopped = run('stop')
  assert.deepEqual([stopped.status, stopped.stderr], [0, ''])
  assertNothingLeft(directory)
})

test('--stop refuses a directory that no demo made, and touches nothing in it', async (context) => {
  const directory = temporaryDirectory(context)
  writeFileSync(join(directory, 'main.cf'), 'DEFAULT:\n')
  const { status, stderr } = await startDemo(directory, '--stop', directory).ended
  assert.deepEqual([status, stderr], [1, `\ndemo: not a directory of the demo: ${directory}\n`])
  assert.ok(readdirSync(directory).includes('main.cf'))
})

test('--help shows the usage; a word that is not known is refused with it', async (context) => {
  const directory = temporaryDirectory(context)
  const help = await startDemo(directory, '--help').ended
  assert.deepEqual([help.status, help.stderr], [0, ''])
  assert.match(help.stdout, /^usage: npm run demo/)
  const refused = await startDemo(directory, '--kept').ended
  assert.deepEqual([refused.status, refused.stdout], [22, ''])
  assert.ok(refused.stderr.endsWith(help.stdout))
})

test('start() tries another port when the one that was free is taken', { timeout: testMsMax }, async (context) => {
  const { site, stage, shown } = await siteFor(context)
  const { birch } = site.hosts
  const taken = birch.port
  const server = createServer()
  context.after(() => server.close())
  await new Promise<void>((resolve) => server.listen(taken, birch.address, resolve))
  const shell = new Shell(site, stage, new AbortController().signal)
  await shell.start('birch')
  assert.match(shown(), new RegExp(`${taken}[^]*exit status 223[^]*birch gets another port[^]*the daemon answers`))
  assert.notEqual(birch.port, taken)
  assert.match(
    readFileSync(join(site.directory, 'nets'), 'utf8'),
    new RegExp(`^tcp ${birch.address}:${birch.port}$`, 'm'),
  )
})

test('type() fails at a status that is not expected, and says where', async (context) => {
  const { site, stage } = await siteFor(context)
  const shell = new Shell(site, stage, new AbortController().signal)
  await assert.rejects(shell.type('cedar', 'exit 3'), { message: 'on cedar: exit 3 ended with 3, not 0' })
})

test('compareHosts() sees another byte, mode or time, a missing path, and a longer journal', async (context) => {
  const { site } = await siteFor(context)
  const second = new Date(1_000)
  for (const { home, root } of Object.values(site.hosts)) {
    mkdirSync(join(home, 'branches/generic'), { recursive: true })
    writeFileSync(join(home, 'branches/generic/journal'), '{}\n')
    for (const name of ['bytes', 'mode', 'missing', 'same', 'time']) {
      writeFileSync(join(root, name), 'x')
      utimesSync(join(root, name), second, second)
    }
  }
  const different = (): readonly string[] => compareHosts(site).flatMap((row) => (isEqual(row) ? [] : [row.what]))
  assert.deepEqual(different(), [])

  const { root, home } = site.hosts.cedar
  writeFileSync(join(root, 'bytes'), 'y')
  utimesSync(join(root, 'bytes'), second, second)
  chmodSync(join(root, 'mode'), 0o600)
  rmSync(join(root, 'missing'))
  utimesSync(join(root, 'time'), second, new Date(2_000))
  writeFileSync(join(home, 'branches/generic/journal'), '{}\n{}\n')
  assert.deepEqual(different(), ['journal of branch generic', '/bytes', '/missing', '/mode', '/time'])
})

async function siteFor(context: TestContext): Promise<{ site: Site; stage: Stage; shown: () => string }> {
  const directory = join(temporaryDirectory(context), 'isconf-demo-site')
  mkdirSync(directory)
  let text = ''
  const write = (part: string): void => {
    text += part
  }
  return {
    site: await makeSite(directory),
    stage: new Stage({ write, colour: false, columns: undefined }),
    shown: () => text,
  }
}
