/** Which packages have configuration files, and whether dpkg asks about them. */
import type { Invocation } from '../invocations.ts'
import type { Around } from '../warning.ts'

/**
 * Whether dpkg is told what to do with a configuration file that was changed by hand: with this command, by a variable,
 * or for good.
 */
export async function knowsConffiles(
  { words, variables }: Invocation,
  { environment, host }: Around,
): Promise<boolean> {
  const forced = [...words, variables['DPKG_FORCE'] ?? '', environment['DPKG_FORCE'] ?? '']
  if (forced.some((text) => /conf(old|new|def)|force-all/.test(text))) return true
  for (const directory of ['/etc/apt/apt.conf.d', '/etc/dpkg/dpkg.cfg.d']) {
    for (const name of await host.list(directory)) {
      if (/^(?!\s*(#|\/\/)).*force-conf(old|new|def)/m.test((await host.text(`${directory}/${name}`)) ?? ''))
        return true
    }
  }
  return /^\s*force-conf(old|new|def)/m.test((await host.text('/etc/dpkg/dpkg.cfg')) ?? '')
}

const dpkgInfo = '/var/lib/dpkg/info'

/** The packages that have configuration files: of these, and of those that the command has brought along. */
export async function withConffiles(
  packages: readonly string[],
  { host, begunMs = Number.POSITIVE_INFINITY }: Around,
): Promise<string | undefined> {
  const found: string[] = []
  for (const list of await host.list(dpkgInfo)) {
    // `foo.conffiles`, `foo:amd64.conffiles`
    const name = /^([^:]+)(:\w+)?\.conffiles$/.exec(list)?.[1]
    if (name === undefined) continue
    const isMeant = packages.includes(name) || ((await host.look(`${dpkgInfo}/${list}`))?.changedMs ?? 0) >= begunMs
    if (isMeant) found.push(name)
  }
  return found.length === 0 ? undefined : found.join(', ')
}

/** `foo=1.2`, `foo/stable`, `foo:amd64` and `./foo_1.2_all.deb` are all foo. */
export function packageOf(word: string): string {
  if (isDebFile(word)) return word.replace(/^.*\//, '').replace(/[_.].*$/, '')
  return word.replace(/[=/:].*$/, '')
}

export function isDebFile(word: string): boolean {
  return word.endsWith('.deb') && !word.startsWith('-')
}
