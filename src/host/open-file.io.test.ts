import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import {
  appendFileSync,
  chmodSync,
  mkdirSync,
  renameSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs'
import { join } from 'node:path'
import { type TestContext, test } from 'node:test'
import { asPlainUser, failure, temporaryDirectory } from '../../test/support/files.ts'
import type { FileReader } from './machine.ts'
import { openFile } from './open-file.io.ts'

/** A directory that stands for /, and openFile() below it. */
function tree(t: TestContext): { root: string; open: (path: string) => Promise<FileReader> } {
  const root = temporaryDirectory(t)
  return { root, open: (path) => openFile(path, (journal) => join(root, journal)) }
}

async function bytesOf(file: FileReader): Promise<Buffer> {
  const chunks: Uint8Array[] = []
  for await (const chunk of file.content) chunks.push(chunk)
  return Buffer.concat(chunks)
}

test('openFile() gives the attributes, the parents from the top down, and every byte', async (t) => {
  const { root, open } = tree(t)
  mkdirSync(join(root, 'usr/lib'), { recursive: true })
  chmodSync(join(root, 'usr'), 0o755)
  chmodSync(join(root, 'usr/lib'), 0o2750)
  const path = join(root, 'usr/lib/tool')
  const bytes = Buffer.alloc(3 * 1024 * 1024 + 17, 'x\0y\n')
  writeFileSync(path, bytes)
  chmodSync(path, 0o6755)
  utimesSync(path, 1_700_000_000, 1_700_000_000.25)

  const file = await open('/usr/lib/tool')
  t.after(() => file.close())
  const { uid, gid } = statSync(path)
  const { attributes } = file
  assert.equal(attributes.path, '/usr/lib/tool')
  assert.equal(attributes.mode, 0o6755)
  assert.equal(attributes.mtimeMs, 1_700_000_000_250)
  assert.deepEqual([attributes.owner.uid, attributes.owner.gid], [uid, gid])
  assert.deepEqual(
    attributes.parents.map((parent) => [parent.path, parent.mode, parent.owner.uid]),
    [
      ['/usr', 0o755, uid],
      ['/usr/lib', 0o2750, uid],
    ],
  )
  assert.equal(file.sizeBytes, bytes.length)
  assert.ok(bytes.equals(await bytesOf(file)))
})

test('openFile() names the owner as /etc/passwd and /etc/group do', { skip: process.getuid?.() !== 0 }, async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'file'), '')
  const file = await open('/file')
  t.after(() => file.close())
  assert.deepEqual(file.attributes.owner, { uid: 0, gid: 0, user: 'root', group: 'root' })
})

test('openFile() gives an empty file', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'empty'), '')
  const file = await open('/empty')
  t.after(() => file.close())
  assert.equal((await bytesOf(file)).length, 0)
  assert.deepEqual(file.attributes.parents, [])
})

const changes: Readonly<Record<string, (path: string) => void>> = {
  'grows by a byte': (path) => appendFileSync(path, 'x'),
  'is written again with as many bytes': (path) => writeFileSync(path, Buffer.alloc(3_000_000, 'b')),
  'is cut short': (path) => writeFileSync(path, 'short'),
  'is replaced by another': (path) => {
    writeFileSync(`${path}.new`, Buffer.alloc(3_000_000, 'a'))
    renameSync(`${path}.new`, path)
  },
  'gets another mode': (path) => chmodSync(path, 0o600),
}

for (const [what, change] of Object.entries(changes)) {
  test(`openFile() says FILE_CHANGED when the file ${what} while it is read`, async (t) => {
    const { root, open } = tree(t)
    const path = join(root, 'log')
    writeFileSync(path, Buffer.alloc(3_000_000, 'a'), { mode: 0o644 })
    // Well before now: the kernel's times go forward in ticks of some milliseconds.
    utimesSync(path, 1_700_000_000, 1_700_000_000)
    const file = await open('/log')
    t.after(() => file.close())
    const read = async (): Promise<void> => {
      let chunks = 0
      for await (const _ of file.content) {
        chunks += 1
        if (chunks === 1) change(path)
      }
    }
    await assert.rejects(read(), failure('FILE_CHANGED', /^\/log changed while it was read$/))
  })
}

test('openFile() refuses what is not a regular file, says what it is, and does not wait for a pipe', async (t) => {
  const { root, open } = tree(t)
  mkdirSync(join(root, 'directory'))
  writeFileSync(join(root, 'file'), 'x')
  symlinkSync('file', join(root, 'link'))
  symlinkSync('nowhere', join(root, 'dangling'))
  execFileSync('mkfifo', [join(root, 'pipe')])
  await assert.rejects(open('/directory'), failure('NOT_A_FILE', /^\/directory is a directory$/))
  await assert.rejects(open('/'), failure('NOT_A_FILE', /^\/ is a directory$/))
  await assert.rejects(open('/link'), failure('NOT_A_FILE', /^\/link is a symbolic link$/))
  await assert.rejects(open('/dangling'), failure('NOT_A_FILE', /^\/dangling is a symbolic link$/))
  await assert.rejects(open('/pipe'), failure('NOT_A_FILE', /^\/pipe is a special file$/))
})

test('openFile() of a path that leads nowhere is NO_SUCH_FILE with the path as it was meant', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'file'), 'x')
  await assert.rejects(open('/missing'), failure('NO_SUCH_FILE', /^no such file: \/missing$/))
  await assert.rejects(open('/no/such/directory'), failure('NO_SUCH_FILE'))
  await assert.rejects(open('/file/below'), failure('NO_SUCH_FILE'))
})

test('openFile() of a file that may not be read is FILE_UNREADABLE', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'secret'), 'x')
  chmodSync(join(root, 'secret'), 0)
  mkdirSync(join(root, 'closed'))
  writeFileSync(join(root, 'closed/file'), 'x')
  chmodSync(join(root, 'closed'), 0)
  await asPlainUser(root, async () => {
    await assert.rejects(open('/secret'), failure('FILE_UNREADABLE', /^cannot read \/secret: /))
    await assert.rejects(open('/closed/file'), failure('FILE_UNREADABLE', /^cannot read \/closed\/file: /))
  })
  chmodSync(join(root, 'closed'), 0o700)
})

test('openFile() shows the journal path in its messages, not where that is on this machine', async (t) => {
  const { root, open } = tree(t)
  writeFileSync(join(root, 'secret'), 'x')
  chmodSync(join(root, 'secret'), 0)
  await asPlainUser(root, async () => {
    await assert.rejects(open('/secret'), (thrown: Error) => !thrown.message.includes(root))
  })
})
