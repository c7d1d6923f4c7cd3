/** Brings the script into a file: from a web server, from this host's disk, or by name from the peers. */
import { closeSync, openSync, statSync } from 'node:fs'
import { refuseForeignBank } from '../../base/bank-listener.io.ts'
import { diskFailure, errnoText, IsconfError, toIsconfError } from '../../base/index.ts'
import { loadConfig } from '../../config/index.ts'
import type { BankGetBody, BlobAnswer } from '../../control/index.ts'
import { hashOf, type ProgramContext, writeAll } from '../program/index.ts'
import { downloadFile, receive, withDaemon } from '../sources/index.ts'
import { type Address, bankNameOf } from './address.ts'

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
    if (address.kind === 'file') return copyFile(address.path, path)
    if (address.kind === 'bank') return await bankFile(address.name, path, context, signal)
    // Of the daemon by its socket, which nobody else can have made: a port above 1023 is whose who takes it first.
    const inBank = bankNameOf(address.url, loadConfig({ environment: context.environment }).httpPort)
    if (inBank !== undefined) return await bankFile(inBank, path, context, signal)
    refuseForeignBank([address.url.href])
    return await downloadFile(address.url, path, scriptBytesMax, { settings: context.settings, signal })
  } catch (error) {
    if (signal.aborted)
      throw new IsconfError('INTERRUPTED', `${address.name}: interrupted while fetching it`, { cause: error })
    if (error instanceof Error && 'syscall' in error) throw diskFailure('write', path, error)
    const { code, message } = toIsconfError(error)
    throw code === 'SOURCE_FAILED' ? new IsconfError('FETCH_FAILED', message, { cause: error }) : error
  }
}

function copyFile(from: string, path: string): string {
  const file = openSync(path, 'wx', 0o600)
  try {
    if (statSync(from).size > scriptBytesMax)
      throw new IsconfError('FETCH_FAILED', `${from}: more than ${scriptBytesMax} bytes`)
    return hashOf(from, (bytes) => writeAll(file, bytes))
  } catch (error) {
    throw readFailure(from, error)
  } finally {
    closeSync(file)
  }
}

function readFailure(path: string, error: unknown): unknown {
  if (error instanceof IsconfError) return error
  const { code } = error as NodeJS.ErrnoException
  if (code === 'ENOENT') return new IsconfError('NO_SUCH_FILE', `there is no ${path}`, { cause: error })
  return new IsconfError('FETCH_FAILED', `${path}: ${errnoText(error)}`, { cause: error })
}

/** From this host's daemon, which fetches from its peers what it has not. */
async function bankFile(name: string, path: string, context: ProgramContext, signal: AbortSignal): Promise<string> {
  const file = openSync(path, 'wx', 0o600)
  try {
    const body: BankGetBody = { name }
    const found = await withDaemon({ ...context, signal }, (client) => receive(client, '/v1/bank-get', body, file))
    if (found.sha256 === (found.result as BlobAnswer).sha256) return found.sha256
    throw new IsconfError('FETCH_FAILED', `${name}: it is not the file that was sent`)
  } finally {
    closeSync(file)
  }
}
