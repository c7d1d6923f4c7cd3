/**
 * Where things are below the store's directory:
 *
 *     <2 hex>/<id>          the bytes of a whole blob
 *     <2 hex>/*.new         one of these on its way to its place; removed at the next start
 *     <2 hex>/<id>.pieces   its piece hashes, 32 bytes each; none for a blob of one piece, whose hash is the id
 *     partial/<id>          the pieces that have arrived, each in its place
 *     partial/<id>.pieces   the piece hashes, checked against the reference
 *     partial/<id>.have     a byte for each piece: 1 when it was verified before it was written
 *     partial/put-<hex>     a blob that is being put; removed at the next start
 */
import { isSha256Hex } from '../base/index.ts'

export class Layout {
  readonly directory: string
  readonly partialDirectory: string

  constructor(directory: string) {
    this.directory = directory
    this.partialDirectory = `${directory}/partial`
  }

  shelf(id: string): string {
    return `${this.directory}/${id.slice(0, 2)}`
  }

  whole(id: string): string {
    return `${this.shelf(id)}/${id}`
  }

  wholePieces(id: string): string {
    return `${this.whole(id)}.pieces`
  }

  partial(id: string): string {
    return `${this.partialDirectory}/${id}`
  }

  partialPieces(id: string): string {
    return `${this.partial(id)}.pieces`
  }

  partialHave(id: string): string {
    return `${this.partial(id)}.have`
  }

  put(name: string): string {
    return `${this.partialDirectory}/put-${name}`
  }
}

/** Whether a name in the store's directory is that of a shelf of blobs. */
export function isShelf(name: string): boolean {
  return /^[0-9a-f]{2}$/.test(name)
}

/** Whether a name on a shelf is that of a blob which belongs there. */
export function isBlobOn(shelf: string, name: string): boolean {
  return isSha256Hex(name) && name.startsWith(shelf)
}

/** Whether a name on a shelf is that of a file which a crash kept from its place: {@link Disk.replaceFile}. */
export function isUnfinished(name: string): boolean {
  return name.endsWith('.new')
}

/** The file that holds a whole blob in the store at `directory`. */
export function blobPath(directory: string, id: string): string {
  return new Layout(directory).whole(id)
}
