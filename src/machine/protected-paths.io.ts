/** What a change may not touch: ISconf's own files, the root, and for a removal what is mounted. */
import { realpath } from 'node:fs/promises'
import { IsconfError } from '../base/index.ts'
import { Places } from '../base/places.io.ts'
import { type Walk, walking } from '../base/walk.io.ts'
import { mountPoints } from './mounts.io.ts'

export interface ProtectedPaths {
  /** PROTECTED_PATH if the path is IS_HOME, lies in it, or is a directory above it. */
  refuseSnapshot(path: string): Promise<void>
  /** PROTECTED_PATH for the same, for `/`, and where something is mounted there or below. */
  refuseRemoval(path: string): Promise<void>
  /** How many of these, from the first on, lie outside IS_HOME on the way of `walk`. PROTECTED_PATH when the first does not. */
  installableCount(paths: readonly string[], walk: Walk): Promise<number>
}

/** `real` maps a journal path to where it is on this machine; `home` is where IS_HOME is. */
export function protectedPaths(real: (path: string) => string, home: string): ProtectedPaths {
  const placesOf = (paths: readonly string[]): Promise<readonly string[]> =>
    walking(real('/'), (walk) => inOrder(paths, walk))
  const refuseHome = async (path: string, there: string): Promise<void> => {
    const own = await realpath(home).catch(() => home)
    if (there === own) refuse(`${path} is IS_HOME, where ISconf keeps its own files`)
    if (isBelow(there, own)) refuse(`${path} lies in IS_HOME, ${home}, where ISconf keeps its own files`)
    if (isBelow(own, there) || isBelow(home, there))
      refuse(`${path} holds IS_HOME, ${home}, where ISconf keeps its own files`)
  }
  return {
    refuseSnapshot: async (path) => {
      const [there = path] = await placesOf([path])
      await refuseHome(path, there)
    },
    installableCount: async (paths, walk) => {
      const own = await realpath(home).catch(() => home)
      for (const [index, there] of (await inOrder(paths, walk)).entries()) {
        const isOwn = there === own || isBelow(there, own)
        const path = paths[index] ?? there
        const isFree = !isOwn && !isBelow(own, there) && !isBelow(home, there)
        if (isFree) continue
        if (index > 0) return index
        refuse(`${path} is IS_HOME here, ${home}, or ${isOwn ? 'lies in it' : 'holds it'}`)
      }
      return paths.length
    },
    refuseRemoval: async (path) => {
      if (path === '/') refuse('/ is not to be removed')
      const [there = path] = await placesOf([path])
      await refuseHome(path, there)
      for (const mounted of await mountPoints()) {
        if (mounted === there) refuse(`${path} is where a file system is mounted`)
        if (isBelow(mounted, there)) refuse(`${path} holds a mounted file system, at ${mounted}`)
      }
    },
  }
}

async function inOrder(paths: readonly string[], walk: Walk): Promise<readonly string[]> {
  const places = new Places(walk)
  const found: string[] = []
  for (const path of paths) found.push((await places.of(path)).path)
  return found
}

function refuse(message: string): never {
  throw new IsconfError('PROTECTED_PATH', message)
}

export function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`) && path !== directory
}
