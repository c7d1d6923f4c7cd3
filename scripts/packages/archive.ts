/** The archive for every other Linux: the same files, and a script that puts them in their places. */
import { execFileSync } from 'node:child_process'
import { copyFileSync } from 'node:fs'
import { join } from 'node:path'
import { copy, fillContent, packageVersion, put, type Release, setTimes } from './content.ts'
import { architectures } from './runtime.ts'
import { inStage } from './stage.ts'

const places = {
  zsh: 'usr/share/zsh/site-functions',
  // Not every one of these systems has a place for it.
  init: 'usr/share/doc/isconf/examples/isconf.init',
}

/** Makes the archive in a directory; its path. Without compression it is made in a fifth of the time. */
export function makeArchive(directory: string, release: Release, compression: 'xz' | 'none' = 'xz'): Promise<string> {
  return inStage(async (work) => {
    const { uname } = architectures[release.architecture]
    const name = `isconf-${packageVersion(release.version)}-linux-${uname}`
    const top = join(work, name)
    await fillContent(join(top, 'files'), release, places)
    copy(top, 'install', 'packaging/archive/install', 0o755)
    put(top, 'machine', `${uname}\n`)
    setTimes(top)
    const tar = join(work, `${name}.tar`)
    const alike = ['--format=gnu', '--sort=name', '--owner=root:0', '--group=root:0', '--numeric-owner']
    execFileSync('tar', [...alike, '-C', work, '-cf', tar, name], { stdio: 'pipe' })
    // One thread: several cut the file into blocks, and compress it a little worse.
    if (compression === 'xz') execFileSync('xz', ['--threads=1', tar], { stdio: 'pipe' })
    const suffix = compression === 'xz' ? '.tar.xz' : '.tar'
    const path = join(directory, `${name}${suffix}`)
    copyFileSync(join(work, `${name}${suffix}`), path)
    return path
  })
}
