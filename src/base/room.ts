/** How much of a disk what arrives from other hosts may still take: a part of it stays free for everything else. */
import { IsconfError } from './isconf-error.ts'

export interface Room {
  /** Bytes; less than nothing where the reserve is in use already. */
  left(): Promise<number>
  /** The reserve in words, for people. */
  readonly reserve: string
}

/** DISK_FULL, with the reserve by name, when that many more bytes would not leave it free. */
export async function requireRoom(room: Room | undefined, bytes: number): Promise<void> {
  const left = await room?.left()
  if (room === undefined || left === undefined || left >= bytes) return
  const message = `no room for ${bytes} bytes from other hosts beside ${room.reserve}`
  const hint = 'make room on the disk of IS_HOME, or lower IS_RESERVE; what is recorded on this host may still use it'
  throw new IsconfError('DISK_FULL', message, { hint })
}
