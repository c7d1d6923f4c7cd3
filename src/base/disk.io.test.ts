import assert from 'node:assert/strict'
import { mkdir, mkdtemp, readdir, rm, stat } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { systemDisk } from './disk.io.ts'

let directory = ''
before(async () => {
  directory = await mkdtemp(join(tmpdir(), 'isconf-disk-io-'))
})
after(() => rm(directory, { recursive: true }))

test('systemDisk makes files and directories for their owner only', async () => {
  const inner = join(directory, 'a/b')
  await systemDisk.makeDirectory(inner)
  await systemDisk.replaceFile(join(inner, 'replaced'), 'x')
  await (await systemDisk.open(join(inner, 'opened'), 'write')).close()
  const modes = await Promise.all(
    ['', 'replaced', 'opened'].map(async (name) => (await stat(join(inner, name))).mode & 0o777),
  )
  assert.deepEqual(modes, [0o700, 0o600, 0o600])
})

test('systemDisk.replaceFile() that fails leaves the old content and no temporary file', async () => {
  const path = join(directory, 'taken')
  await mkdir(join(path, 'full'), { recursive: true })
  await assert.rejects(systemDisk.replaceFile(path, 'x'), { code: 'DISK_FAILED' })
  assert.deepEqual(await readdir(directory).then((names) => names.filter((name) => name.startsWith('taken'))), [
    'taken',
  ])
})

test('systemDisk reports a full disk as DISK_FULL with the path and the reason', async () => {
  const device = await systemDisk.open('/dev/full', 'write')
  await assert.rejects(device.write(0, new Uint8Array(1)), {
    code: 'DISK_FULL',
    message: 'cannot write /dev/full: no space left on device',
  })
  await device.close()
})

test('systemDisk reports what it may not write as HOME_UNWRITABLE', async () => {
  // sysfs takes no new files from anybody, root included.
  await assert.rejects(systemDisk.open('/sys/isconf', 'write'), (error: { code: string; message: string }) => {
    return error.code === 'HOME_UNWRITABLE' && error.message.startsWith('cannot open /sys/isconf: ')
  })
})
