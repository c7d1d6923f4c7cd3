/** How much room there is on the disk of IS_HOME beside IS_RESERVE. */
import { statfs } from 'node:fs/promises'
import { diskFailure, type Room } from '../base/index.ts'
import { reserveBytes } from '../config/index.ts'

/** `reserve` is the setting, as it is at each moment. */
export function diskRoom(home: string, reserve: () => string): Room {
  return {
    get reserve() {
      return `IS_RESERVE (${reserve()} of the disk of ${home})`
    },
    left: async () => {
      try {
        const { bavail, blocks, bsize } = await statfs(home)
        return bavail * bsize - reserveBytes(reserve(), blocks * bsize)
      } catch (error) {
        throw diskFailure('look at', home, error)
      }
    },
  }
}
