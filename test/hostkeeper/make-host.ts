/** A host whose packages.conf runs under the real GNU make, with programs that record what they are told. */
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { begin, type Run, type Running } from '../harness/run.ts'
import { type Ending, namesIn, temporaryDirectory } from '../support/files.ts'

const program = fileURLToPath(new URL('../../dist/hostkeeper.js', import.meta.url))
const listingDirectory = fileURLToPath(new URL('listings/', import.meta.url))

/** A listing of the paper. */
export const listing = (name: string): string => readFileSync(join(listingDirectory, name), 'utf8')

/** The programs that Listing 2 names. */
const recorded = ['rpm', 'service', 'chkconfig', 'ntpdate', 'exech', 'isync', 'ln', 'touch'] as const

/**
 * Records its words, then does what is left of the real one's work. At the call KILL_AT it kills what KILL_WHAT
 * names, before it does its work. When its words are FAIL, it fails.
 */
const recorder = `#!/bin/sh
STATE=$ISCONFDIR/../state
. "$STATE/orders"
name=\${0##*/}
echo "$name $*" >> "$STATE/calls"
calls=0
while read -r _; do calls=$((calls + 1)); done < "$STATE/calls"
if [ "$calls" = "\${KILL_AT:-}" ]; then
  case $KILL_WHAT in
    make) kill -9 0 ;;
    hostkeeper) kill -9 "$(cut -d ' ' -f 1 "$ISCONFDIR/lock")" ;;
    everything) kill -9 "$(cut -d ' ' -f 1 "$ISCONFDIR/lock")"; kill -9 0 ;;
    wait) while [ ! -e "$STATE/go" ]; do sleep 0.05; done ;;
  esac
fi
if [ "$name $*" = "\${FAIL:-}" ]; then exit 1; fi
case "$name $1" in
  'rpm -q') test -e "$STATE/installed/$2" ;;
  'rpm -Uvh') shift; for url; do file=\${url##*/}; : > "$STATE/installed/\${file%.i386.rpm}"; done ;;
  touch\\ *) command -p touch "$@" ;;
esac
`

/** What a test says to the programs: a step does not see the environment of who calls. */
const orders = ['KILL_AT', 'KILL_WHAT', 'FAIL'] as const

const platform = '#!/bin/sh\necho linux_2.2.17-14_i686\n'

/** {@link MakeHost.state} in a makefile. */
export const stateInMake = '$(ISCONFDIR)/../state'

/** Files of the tree, by their path. */
export type Tree = Readonly<Record<string, string>>

export interface MakeHost {
  readonly home: string
  readonly tree: string
  readonly stamps: string
  readonly state: string
  run(words: readonly string[], env?: NodeJS.ProcessEnv): Promise<Run>
  begin(words: readonly string[], env?: NodeJS.ProcessEnv): Running
  write(tree: Tree): void
  /** What the programs were told, in their order. */
  calls(): readonly string[]
  forgetCalls(): void
  stampNames(): readonly string[]
}

/** The host scramjet; the tree has the paper's listings where it says nothing else. */
export function makeHost(ending: Ending, tree: Tree = {}): MakeHost {
  const directory = temporaryDirectory(ending)
  const home = join(directory, 'home')
  const state = join(directory, 'state')
  mkdirSync(join(state, 'installed'), { recursive: true })
  const calls = join(state, 'calls')
  const { PATH, LC_ALL, TZ } = process.env
  const said = { HOSTKEEPER_MOTD: join(directory, 'motd.d'), HOSTKEEPER_RUN: join(directory, 'run') }
  const fixed = { PATH, LC_ALL, TZ, HOME: directory, ISCONFDIR: home, ...said, IS_HOSTNAME: 'scramjet' }
  const host: MakeHost = {
    home,
    state,
    tree: join(home, 'tree'),
    stamps: join(home, 'stamps'),
    begin: (words, env = {}) => {
      writeFileSync(join(state, 'orders'), orders.map((name) => `${name}='${env[name] ?? ''}'\n`).join(''))
      return begin([process.execPath, program, ...words], { cwd: directory, env: { ...fixed, ...env } })
    },
    run: (words, env) => host.begin(words, env).done,
    write: (files) => {
      for (const [name, text] of Object.entries(files)) writeTo(join(host.tree, name), text)
    },
    calls: () => (existsSync(calls) ? readFileSync(calls, 'utf8').split('\n').slice(0, -1) : []),
    forgetCalls: () => writeFileSync(calls, ''),
    stampNames: () => namesIn(host.stamps).filter((name) => !name.startsWith('.') && name !== 'etc'),
  }
  host.write({
    'conf/linux.mk': 'STATE = $(ISCONFDIR)/../state\n',
    'bin/platform': platform,
    ...Object.fromEntries(recorded.map((name) => [`bin/${name}`, recorder])),
  })
  host.write({ 'hosts.conf': listing('hosts.conf'), 'packages.conf': listing('packages.conf'), ...tree })
  return host
}

function writeTo(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true })
  writeFileSync(path, text)
  if (text.startsWith('#!')) chmodSync(path, 0o755)
}
