/** The package bank's files, as what serves them has them: from this process, or over the channel from the daemon. */
import type { BlobRef, ByteRange } from '../base/index.ts'

/** A file of the bank, by its name. */
export interface PublishedFile {
  readonly name: string
  readonly blob: BlobRef
}

/** What the bank has of what is asked for. */
export interface BankFound {
  /** Whose bank it is. */
  readonly branch: string
  /** The file of that name; absent when there is none. */
  readonly blob?: BlobRef | undefined
}

export interface BankSource {
  /** What is published under a name. */
  find(name: string): Promise<BankFound>
  /** The names of all that is published, in their order. */
  names(): Promise<readonly string[]>
  /**
   * Bytes of a file that is published, as they come. BLOB_MISSING and other failures when they can't be had; before the
   * first byte nobody has been given anything.
   */
  read(file: PublishedFile, range: ByteRange, signal: AbortSignal): AsyncGenerator<Uint8Array>
}

/** The package bank as it is served to the programs of this host. */
export interface BankServer {
  /** `http://127.0.0.1:PORT/pkgbank`; undefined while the port can't be had. */
  readonly address: () => string | undefined
  /** Why there is no address. */
  readonly warning: () => string | undefined
  close(): Promise<void>
}
