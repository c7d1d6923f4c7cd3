/** The package for Debian and its kin, by dpkg-deb(1). */
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { readdirSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { root } from '../build.ts'
import { changeNotes } from '../change-notes.ts'
import {
  description,
  epoch,
  fillContent,
  manifest,
  packageVersion,
  put,
  type Release,
  summary,
  zipped,
} from './content.ts'
import { inStage } from './stage.ts'

const places = {
  zsh: 'usr/share/zsh/vendor-completions',
  // systemd takes the unit of the same name instead, so that nothing starts twice.
  init: 'etc/init.d/isconf',
}

/** What the runtime asks of the libraries it is linked with: the oldest that have the symbols. */
const depends = 'libc6 (>= 2.28), libgcc-s1 (>= 3.4), libstdc++6 (>= 7)'

/** Makes the package in a directory; its path. Without compression it is made in a fifth of the time. */
export function makeDeb(directory: string, release: Release, compression: 'xz' | 'none' = 'xz'): Promise<string> {
  return inStage(async (stage) => {
    const version = packageVersion(release.version)
    await fillContent(stage, release, places)
    put(stage, 'usr/share/doc/isconf/changelog.gz', zipped(Buffer.from(changelog(version))))
    put(stage, 'usr/share/lintian/overrides/isconf', readFileSync(join(root, 'packaging/debian/lintian-overrides')))
    putControl(stage, version, release.architecture)
    const path = join(directory, `isconf_${version}_${release.architecture}.deb`)
    const env = { ...process.env, SOURCE_DATE_EPOCH: epoch() }
    const words = ['--root-owner-group', `-Z${compression}`, '--build', stage, path]
    execFileSync('dpkg-deb', words, { env, stdio: 'pipe' })
    return path
  })
}

function putControl(stage: string, version: string, architecture: string): void {
  const files = readdirSync(stage, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort()
  const kibibytes = files.reduce((total, file) => total + Math.ceil(statSync(file).size / 1024), 0)
  const sums = files.map((file) => `${md5(file)}  ${file.slice(stage.length + 1)}\n`)
  const fields = `Package: isconf
Version: ${version}
Architecture: ${architecture}
Maintainer: ISconf <${manifest.bugs.email}>
Installed-Size: ${kibibytes}
Depends: ${depends}
Suggests: make, rsync, git
Section: admin
Priority: optional
Description: ${summary}
${description
  .replaceAll(/^$/gm, '.')
  .replaceAll(/^/gm, ' ')
  .replace(/ \.\n? ?$/, '')
  .trimEnd()}
`
  put(stage, 'DEBIAN/control', fields)
  put(stage, 'DEBIAN/md5sums', sums.join(''))
  put(stage, 'DEBIAN/conffiles', `/${places.init}\n`)
  for (const script of ['postinst', 'prerm', 'postrm'])
    put(stage, `DEBIAN/${script}`, readFileSync(join(root, 'packaging/debian', script)), 0o755)
}

function md5(file: string): string {
  return createHash('md5').update(readFileSync(file)).digest('hex')
}

function changelog(version: string): string {
  const first = changeNotes().map(({ kind, subject }) => `${kind}: ${subject}`)
  const date = new Date(Number(epoch()) * 1000).toUTCString().replace('GMT', '+0000')
  const rows = first.map((line) => `  * ${line}`.replaceAll(/(.{1,76})(?: |$)/g, '$1\n    ').trimEnd()).join('\n')
  return `isconf (${version}) unstable; urgency=medium\n\n${rows}\n\n -- ISconf <isconf@localhost>  ${date}\n`
}
