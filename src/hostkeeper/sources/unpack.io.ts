/** Archives made by tar, which may be compressed by gzip. */
import { createReadStream, createWriteStream } from 'node:fs'
import { lstat, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { Transform } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { createGunzip } from 'node:zlib'
import { IsconfError } from '../../base/index.ts'
import { treeNames } from '../layout.ts'
import { shownAddress } from './address.ts'
import { runCommand } from './command.io.ts'
import { leavingMembers } from './members.ts'
import { type SourceContext, treeBytesMax } from './source.ts'

/** Unpacks the archive into an empty directory. SOURCE_FAILED for one that is damaged, or that leaves the directory. */
export async function unpack(
  archive: string,
  into: string,
  context: Pick<SourceContext, 'settings' | 'environment' | 'signal' | 'scratch'> & { readonly address: string },
): Promise<void> {
  const { address, scratch } = context
  const about = shownAddress(address)
  const plain = join(scratch, 'archive.tar')
  await decompress(archive, plain, about)
  const environment = { LC_ALL: 'C', TAR_OPTIONS: '' }
  const tar = (...words: readonly string[]): Promise<void> =>
    runCommand(['tar', '--file', plain, ...words], { address, environment }, context)
  const names = join(scratch, 'names')
  await tar('--list', '--absolute-names', '--quoting-style=escape', `--index-file=${names}`)
  const [member] = leavingMembers(await readFile(names, 'utf8'))
  if (member !== undefined) throw failed(`${about}: the archive has a member outside of its directory: ${member}`)
  // Verbose, so that it is not taken for one that hangs.
  await tar('--extract', '--verbose', '--directory', into, '--no-same-owner', '--preserve-permissions')
  await withoutTopDirectory(into, scratch)
}

/** An archive may be compressed or not; the bytes say it, and not its name. */
async function decompress(archive: string, plain: string, about: string): Promise<void> {
  const file = await open(archive)
  const { buffer } = await file.read(Buffer.alloc(2), 0, 2, 0)
  await file.close()
  const isGzip = buffer[0] === 0x1f && buffer[1] === 0x8b
  if (!isGzip) return rename(archive, plain)
  let bytes = 0
  const bound = new Transform({
    transform: (chunk: Buffer, _encoding, done) => {
      bytes += chunk.length
      if (bytes > treeBytesMax) done(failed(`${about}: more than ${treeBytesMax} bytes when it is unpacked`))
      else done(null, chunk)
    },
  })
  try {
    await pipeline(createReadStream(archive), createGunzip(), bound, createWriteStream(plain, { flags: 'wx' }))
  } catch (error) {
    if (error instanceof IsconfError) throw error
    const { code, message } = error as NodeJS.ErrnoException
    throw failed(`${about}: the archive is damaged: ${code === 'Z_BUF_ERROR' ? 'its end is missing' : message}`, error)
  }
}

/** An archive with one directory that holds everything, as `git archive --prefix` makes it, is that directory. */
async function withoutTopDirectory(into: string, scratch: string): Promise<void> {
  const [only, ...others] = await readdir(into)
  if (only === undefined || others.length > 0 || only === treeNames.hosts) return
  if (!(await lstat(join(into, only))).isDirectory()) return
  const top = join(scratch, 'top')
  await rename(join(into, only), top)
  await rm(into, { recursive: true })
  await rename(top, into)
}

function failed(message: string, cause?: unknown): IsconfError {
  return new IsconfError('SOURCE_FAILED', message, { cause })
}
