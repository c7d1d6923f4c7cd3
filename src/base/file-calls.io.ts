/** The calls of node:fs that the {@link Disk} makes: a test hands in others that fail at any one of them. */
import * as fs from 'node:fs'
import * as promises from 'node:fs/promises'

/** An open file or directory, as node:fs has it. */
export type OpenedFile = Pick<
  promises.FileHandle,
  'chmod' | 'close' | 'datasync' | 'read' | 'stat' | 'sync' | 'truncate' | 'write'
> & { readonly fd?: number }

export interface FileCalls {
  open(path: string, flags: string, mode?: number): Promise<OpenedFile>
  /** One directory; EEXIST when it is there. */
  mkdir(path: string, mode: number): Promise<void>
  readdir(path: string): Promise<string[]>
  readFile(path: string): Promise<Uint8Array>
  rename(from: string, to: string): Promise<void>
  unlink(path: string): Promise<void>
}

export const systemCalls: FileCalls = {
  // Each by its own function: what is taken from the module here would load it with every program.
  open: (path, flags, mode) => promises.open(path, flags, mode),
  mkdir: async (path, mode) => {
    await promises.mkdir(path, { mode })
  },
  readdir: (path) => promises.readdir(path),
  readFile: (path) => promises.readFile(path),
  rename: (from, to) => promises.rename(from, to),
  unlink: (path) => promises.unlink(path),
}

/**
 * The same without Node's threads, for a command that does one thing after the other: to load node:fs/promises, to start
 * the threads and to go to one and back for each call takes longer than the calls.
 */
export const callsAtOnce: FileCalls = {
  open: async (path, flags, mode) => openedAtOnce(fs.openSync(path, flags, mode)),
  mkdir: async (path, mode) => fs.mkdirSync(path, { mode }) as undefined,
  readdir: async (path) => fs.readdirSync(path),
  readFile: async (path) => fs.readFileSync(path),
  rename: async (from, to) => fs.renameSync(from, to),
  unlink: async (path) => fs.unlinkSync(path),
}

type Into = NodeJS.ArrayBufferView

function openedAtOnce(fd: number): OpenedFile {
  const calls = {
    chmod: async (mode: fs.Mode) => fs.fchmodSync(fd, mode),
    close: async () => fs.closeSync(fd),
    datasync: async () => fs.fdatasyncSync(fd),
    read: async (buffer: Into, offset: number, length: number, position: number) => {
      return { buffer, bytesRead: fs.readSync(fd, buffer, offset, length, position) }
    },
    stat: async (options?: fs.StatOptions) => fs.fstatSync(fd, options),
    sync: async () => fs.fsyncSync(fd),
    truncate: async (length: number) => fs.ftruncateSync(fd, length),
    write: async (buffer: Into, offset: number, length: number, position: number) => {
      return { buffer, bytesWritten: fs.writeSync(fd, buffer, offset, length, position) }
    },
  }
  // Of several forms that node:fs has for some of them, the one that is used.
  return calls as unknown as OpenedFile
}
