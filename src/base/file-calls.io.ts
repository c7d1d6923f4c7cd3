/** The calls of node:fs that the {@link Disk} makes: a test hands in others that fail at any one of them. */
import * as promises from 'node:fs/promises'

/** An open file or directory, as node:fs has it. */
export type OpenedFile = Pick<
  promises.FileHandle,
  'chmod' | 'close' | 'datasync' | 'read' | 'stat' | 'sync' | 'truncate' | 'write'
>

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
