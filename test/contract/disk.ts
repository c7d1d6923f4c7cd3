/** What every {@link Disk} does, real or simulated. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Disk } from '../../src/base/index.ts'

/** `open` gives a disk, an existing empty directory on it, and what to do afterwards. */
export function diskContract(
  name: string,
  open: () => Promise<{ disk: Disk; directory: string; close: () => Promise<void> }>,
): void {
  const check = (sentence: string, run: (disk: Disk, directory: string) => Promise<void>): void => {
    test(`${name}: ${sentence}`, async () => {
      const { disk, directory, close } = await open()
      try {
        await run(disk, directory)
      } finally {
        await close()
      }
    })
  }

  check('readFile() of an absent file is undefined', async (disk, directory) => {
    assert.equal(await disk.readFile(`${directory}/absent`), undefined)
  })

  check('replaceFile() puts a file in place and replaces it', async (disk, directory) => {
    await disk.replaceFile(`${directory}/file`, 'one, longer')
    await disk.replaceFile(`${directory}/file`, new Uint8Array([0, 255, 10]))
    assert.deepEqual(new Uint8Array((await disk.readFile(`${directory}/file`)) ?? []), new Uint8Array([0, 255, 10]))
    assert.deepEqual(await disk.list(directory), ['file'])
  })

  check('replaceFile() of one file twice at once leaves the later content', async (disk, directory) => {
    await Promise.all(['first', 'second'].map((content) => disk.replaceFile(`${directory}/file`, content)))
    assert.equal(text(await disk.readFile(`${directory}/file`)), 'second')
  })

  check('replaceFiles() puts all files in place, in whatever directories', async (disk, directory) => {
    await disk.makeDirectory(`${directory}/a`, `${directory}/b/c`)
    await disk.replaceFile(`${directory}/a/old`, 'old, and longer')
    const files = [
      ...['a/old', 'a/new', 'b/c/new'].map((name) => ({ path: `${directory}/${name}`, content: name })),
      { path: `${directory}/b/bytes`, content: new Uint8Array([0, 255]) },
    ]
    await disk.replaceFiles(files)
    for (const { path, content } of files)
      assert.deepEqual(Buffer.from((await disk.readFile(path)) ?? []), Buffer.from(content))
    assert.deepEqual(await disk.list(`${directory}/a`), ['new', 'old'])
    await disk.replaceFiles([])
  })

  check('replaceFiles() below an absent directory is DISK_FAILED and names the path', async (disk, directory) => {
    await disk.replaceFile(`${directory}/kept`, 'kept')
    const files = ['kept', 'absent/file'].map((name) => ({ path: `${directory}/${name}`, content: 'new' }))
    await assert.rejects(disk.replaceFiles(files), { code: 'DISK_FAILED', message: /absent\/file/ })
    assert.match(text(await disk.readFile(`${directory}/kept`)) ?? '', /^(kept|new)$/)
  })

  check('open() to read an absent file is NO_SUCH_FILE and names it', async (disk, directory) => {
    const path = `${directory}/absent`
    await assert.rejects(disk.open(path, 'read'), { code: 'NO_SUCH_FILE', message: `no such file: ${path}` })
  })

  check('open() to write below an absent directory is DISK_FAILED and names the path', async (disk, directory) => {
    await assert.rejects(disk.open(`${directory}/absent/file`, 'write'), {
      code: 'DISK_FAILED',
      message: `cannot open ${directory}/absent/file: no such file or directory`,
    })
  })

  check('open() to write makes the file once and keeps what it holds', async (disk, directory) => {
    const first = await disk.open(`${directory}/file`, 'write')
    await first.write(0, bytesOf('kept'))
    await first.close()
    const second = await disk.open(`${directory}/file`, 'write')
    assert.equal(await second.size(), 4)
    await second.close()
  })

  check('read() and write() go by position, and a gap reads as zeros', async (disk, directory) => {
    const file = await disk.open(`${directory}/file`, 'write')
    await file.write(4, bytesOf('tail'))
    await file.write(0, bytesOf('he'))
    assert.equal(text(await file.read(0, 100)), 'he\0\0tail')
    assert.equal(text(await file.read(4, 2)), 'ta')
    assert.equal((await file.read(8, 2)).length, 0)
    await file.close()
  })

  check('truncate() cuts, and what is written later finds zeros before it', async (disk, directory) => {
    const file = await disk.open(`${directory}/file`, 'write')
    await file.write(0, bytesOf('secret'))
    await file.truncate(2)
    await file.write(4, bytesOf('x'))
    await file.sync()
    await file.close()
    assert.equal(text(await disk.readFile(`${directory}/file`)), 'se\0\0x')
  })

  check('rename() replaces the target', async (disk, directory) => {
    await disk.replaceFile(`${directory}/from`, 'new')
    await disk.replaceFile(`${directory}/to`, 'old')
    await disk.rename(`${directory}/from`, `${directory}/to`)
    assert.equal(text(await disk.readFile(`${directory}/to`)), 'new')
    assert.deepEqual(await disk.list(directory), ['to'])
  })

  check('rename() of an absent file is DISK_FAILED and names it', async (disk, directory) => {
    await assert.rejects(disk.rename(`${directory}/absent`, `${directory}/to`), {
      code: 'DISK_FAILED',
      message: `cannot rename ${directory}/absent: no such file or directory`,
    })
  })

  check('remove() removes a file and is content when there is none', async (disk, directory) => {
    await disk.replaceFile(`${directory}/file`, '')
    await disk.remove(`${directory}/file`)
    await disk.remove(`${directory}/file`)
    assert.deepEqual(await disk.list(directory), [])
  })

  check('makeDirectory() makes missing parents and is content when all are there', async (disk, directory) => {
    await disk.makeDirectory(`${directory}/a/b`)
    await disk.makeDirectory(`${directory}/a/b`)
    await disk.replaceFile(`${directory}/a/b/file`, 'x')
    assert.deepEqual(await disk.list(directory), ['a'])
    assert.deepEqual(await disk.list(`${directory}/a/b`), ['file'])
  })

  check('list() is sorted, and empty for an absent directory', async (disk, directory) => {
    for (const name of ['b', 'a', 'c']) await disk.replaceFile(`${directory}/${name}`, '')
    assert.deepEqual(await disk.list(directory), ['a', 'b', 'c'])
    assert.deepEqual(await disk.list(`${directory}/absent`), [])
  })
}

function bytesOf(content: string): Uint8Array {
  return new TextEncoder().encode(content)
}

function text(bytes: Uint8Array | undefined): string | undefined {
  return bytes === undefined ? undefined : new TextDecoder().decode(bytes)
}
