/** Brings the script into a file: from a web server, from this host's disk, or by name from the peers. */
import { createHash } from 'node:crypto'
import { closeSync, createReadStream, openSync, writeSync } from 'node:fs'
import { open } from 'node:fs/promises'
import { join } from 'node:path'
import { diskFailure, errnoText, IsconfError, toIsconfError } from '../../base/index.ts'
import { loadConfig } from '../../config/index.ts'
import { type BankGetBody, type BlobAnswer, connect, socketName } from '../../control/index.ts'
import { downloadFile } from '../sources/download.io.ts'
import type { ProgramContext } from '../verb.ts'
import type { Address } from './address.ts'

/** A self-extracting installer has a few hundred megabytes; an answer without end must not fill the disk. */
const scriptBytesMax = 1024 * 1024 * 1024

/** Writes it into a new file; its SHA-256. FETCH_FAILED, NO_SUCH_FILE, INTERRUPTED, and what the daemon tells. */
export async function fetchScript(
  address: Address,
  path: string,
  context: ProgramContext,
  signal: AbortSignal,
): Promise<string> {
  try {
    if (address.kind === 'file') return await copyFile(address.path, path, signal)
    if (address.kind === 'bank') return await bankFile(address.name, path, context, signal)
    const limits = { bytesMax: scriptBytesMax, timeoutS: context.settings.timeoutS, signal }
    return await downloadFile(address.url, path, limits)
  } catch (error) {
    if (signal.aborted)
      throw new IsconfError('INTERRUPTED', `${address.name}: interrupted while it was fetched`, { cause: error })
    if (error instanceof Error && 'syscall' in error) throw diskFailure('write', path, error)
    const { code, message } = toIsconfError(error)
    throw code === 'SOURCE_FAILED' ? new IsconfError('FETCH_FAILED', message, { cause: error }) : error
  }
}

async function copyFile(from: string, to: string, signal: AbortSignal): Promise<string> {
  const hash = createHash('sha256')
  const file = await open(to, 'wx', 0o600)
  let sizeBytes = 0
  try {
    for await (const bytes of createReadStream(from, { signal }) as AsyncIterable<Uint8Array>) {
      sizeBytes += bytes.length
      if (sizeBytes > scriptBytesMax)
        throw new IsconfError('FETCH_FAILED', `${from}: more than ${scriptBytesMax} bytes`)
      hash.update(bytes)
      await file.writeFile(bytes)
    }
    return hash.digest('hex')
  } catch (error) {
    throw readFailure(from, error)
  } finally {
    await file.close()
  }
}

function readFailure(path: string, error: unknown): unknown {
  if (error instanceof IsconfError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new IsconfError('NO_SUCH_FILE', `there is no ${path}`, { cause: error })
  return new IsconfError('FETCH_FAILED', `${path}: ${errnoText(error)}`, { cause: error })
}

/** From this host's daemon, which fetches from its peers what it has not. */
async function bankFile(
  name: string,
  path: string,
  { settings, environment }: ProgramContext,
  signal: AbortSignal,
): Promise<string> {
  const client = connect(join(loadConfig({ environment }).home, socketName), settings.timeoutS)
  const stop = (): void => void client.interrupt().catch(() => undefined)
  signal.addEventListener('abort', stop, { once: true })
  const hash = createHash('sha256')
  const file = openSync(path, 'wx', 0o600)
  try {
    const body: BankGetBody = { name }
    const { sha256 } = (await client.post('/v1/bank-get', body, (event) => {
      if (event.event !== 'output') return
      const bytes = Buffer.from(event.bytes, 'base64')
      hash.update(bytes)
      for (let written = 0; written < bytes.length; ) written += writeSync(file, bytes, written)
    })) as BlobAnswer
    const found = hash.digest('hex')
    if (found !== sha256) throw new IsconfError('FETCH_FAILED', `${name}: it arrived as another file than it was sent`)
    return found
  } finally {
    closeSync(file)
    signal.removeEventListener('abort', stop)
  }
}
