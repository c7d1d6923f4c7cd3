/** What a change may not touch: ISconf's own files, the root, and for a removal what is mounted. */
import { realpath } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { IsconfError } from '../base/index.ts'
import { mountPoints } from './mounts.io.ts'

export interface ProtectedPaths {
  /** PROTECTED_PATH when the path is IS_HOME, lies in it, or is a directory that it lies in. */
  refuseSnapshot(path: string): Promise<void>
  /** PROTECTED_PATH for the same, for `/`, and where something is mounted there or below. */
  refuseRemoval(path: string): Promise<void>
  /** How many of these, from the first on, lie outside IS_HOME. PROTECTED_PATH when the first does not. */
  installableCount(paths: readonly string[]): Promise<number>
}

/** `real` maps a journal path to where it is on this machine; `home` is where IS_HOME is. */
export function protectedPaths(real: (path: string) => string, home: string): ProtectedPaths {
  const refuseHome = async (path: string): Promise<void> => {
    const [own, there] = await Promise.all([realpath(home).catch(() => home), whereOf(real(path))])
    if (there === own) refuse(`${path} is IS_HOME, where ISconf keeps its own files`)
    if (isBelow(there, own)) refuse(`${path} lies in IS_HOME, ${home}, where ISconf keeps its own files`)
    if (isBelow(own, there)) refuse(`${path} holds IS_HOME, ${home}, where ISconf keeps its own files`)
  }
  return {
    refuseSnapshot: refuseHome,
    installableCount: async (paths) => {
      const own = await realpath(home).catch(() => home)
      /** Most of what is installed together lies in few directories. */
      const realByDirectory = new Map<string, string>()
      for (const [index, path] of paths.entries()) {
        const directory = dirname(real(path))
        const there = realByDirectory.get(directory) ?? (await nearestReal(directory))
        realByDirectory.set(directory, there)
        const place = join(there, basename(path))
        if (place !== own && !isBelow(place, own)) continue
        if (index > 0) return index
        refuse(`${path} is IS_HOME here, ${home}, or lies in it`)
      }
      return paths.length
    },
    refuseRemoval: async (path) => {
      if (path === '/') refuse('/ is not to be removed')
      await refuseHome(path)
      const there = await whereOf(real(path))
      for (const mounted of await mountPoints()) {
        if (mounted === there) refuse(`${path} is where a file system is mounted`)
        if (isBelow(mounted, there)) refuse(`${path} holds a mounted file system, at ${mounted}`)
      }
    },
  }
}

function refuse(message: string): never {
  throw new IsconfError('PROTECTED_PATH', message)
}

/** Where a path is once the links of its directories are followed, itself not. */
async function whereOf(path: string): Promise<string> {
  return join(await realpath(dirname(path)).catch(() => dirname(path)), basename(path))
}

/** Where a directory is, or will be once it is made, with the links on the way followed. */
async function nearestReal(directory: string): Promise<string> {
  try {
    return await realpath(directory)
  } catch {
    const above = dirname(directory)
    return above === directory ? directory : join(await nearestReal(above), basename(directory))
  }
}

function isBelow(path: string, directory: string): boolean {
  return path.startsWith(directory === '/' ? '/' : `${directory}/`) && path !== directory
}
