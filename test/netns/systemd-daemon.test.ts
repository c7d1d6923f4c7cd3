/** isconf.service under a real systemd, while an operation restarts or stops the service that runs it. */
import assert from 'node:assert/strict'
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import type { TestContext } from 'node:test'
import { fileURLToPath } from 'node:url'
import { program } from '../harness/lab.ts'
import { type BootOptions, bootSystemd, emptyTargets, putUnit, systemdTest } from '../harness/systemd.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessNetworkProcess } from '../support/network-process.ts'

const packaging = fileURLToPath(new URL('../../packaging', import.meta.url))
const textOf = (unit: string): string => readFileSync(join(packaging, unit), 'utf8')

/** Two hosts in one machine, alder's daemon a unit of systemd with these settings besides, and a script with `alder` and `birch` for their isconf. */
function twoHosts(directory: string, script: string, own: readonly string[]): void {
  mkdirSync(join(directory, 'units'))
  for (const name of emptyTargets) putUnit(directory, `${name}.target`, 'DefaultDependencies=no')
  putUnit(directory, 'basic.target', 'DefaultDependencies=no')
  for (const [name, address] of [
    ['alder', '127.0.0.1'],
    ['birch', '127.0.0.2'],
  ] as const) {
    mkdirSync(join(directory, name, 'is/conf'), { recursive: true })
    writeFileSync(join(directory, name, 'is/conf/domain'), 'lab.example.com\n')
    const settings = [
      `IS_HOSTNAME=${name}`,
      `IS_HOME=${directory}/${name}/is`,
      `IS_LISTEN=${address}`,
      'IS_HTTP_PORT=0',
      'IS_NOBROADCAST=1',
      ...(name === 'alder' ? own : ['IS_NETWORK=no']),
      `IS_NETS=${directory}/nets`,
    ]
    writeFileSync(join(directory, name, 'main.cf'), `DEFAULT:\n${settings.map((line) => `  ${line}\n`).join('')}`)
  }
  writeFileSync(join(directory, 'nets'), 'tcp 127.0.0.1\ntcp 127.0.0.2\n')
  const isconf = (name: string): string => `${process.execPath} ${program} -c ${directory}/${name}/main.cf`
  const unit = textOf('isconf.service')
    .replace('/usr/bin/isconf', isconf('alder'))
    .replace(/^RestartSec=.*/m, 'RestartSec=100ms')
  writeFileSync(join(directory, 'units/isconf.service'), unit)
  putUnit(directory, 'sockets.target', 'DefaultDependencies=no')
  writeFileSync(join(directory, 'units/isconf-network.socket'), textOf('isconf-network.socket'))
  const network = textOf('isconf-network@.service')
    .replace('/usr/lib/isconf/bin/node', process.execPath)
    .replace('/usr/lib/isconf/dist', dirname(program))
  writeFileSync(join(directory, 'units/isconf-network@.service'), network)
  const driver = `cd ${directory}\nalder() { ${isconf('alder')} "$@"; }\nbirch() { ${isconf('birch')} "$@"; }\n${script}`
  writeFileSync(join(directory, 'driver'), `${driver}\necho over >> notes\n`)
  putUnit(
    directory,
    'driver.service',
    'Wants=isconf.service\nAfter=isconf.service',
    `[Service]\nType=oneshot\nTimeoutStartSec=infinity\nExecStart=/bin/sh -c 'exec /bin/sh ${directory}/driver >${directory}/said 2>&1'`,
  )
}

async function noted(
  t: TestContext,
  script: string,
  { own = [], ...options }: BootOptions & { readonly own?: readonly string[] } = {},
): Promise<{ notes: readonly string[]; said: string } | undefined> {
  const directory = temporaryDirectory(t)
  twoHosts(directory, script, own)
  const notes = await bootSystemd(t, directory, 'driver.service', 'over', options)
  return notes && { notes, said: readFileSync(join(directory, 'said'), 'utf8') }
}

systemdTest(
  'an operation that restarts or stops the service ends, is recorded, and the next daemon comes after it',
  async (t) => {
    const found = await noted(
      t,
      `pid() { alder status --json | sed 's/.*"pid":\\([0-9]*\\).*/\\1/'; }
birch start
first=$(pid)
alder lock restart
alder exec --sh 'systemctl restart isconf.service && echo 2 >> steps'
echo exec $? >> notes
alder exec --sh 'echo 3 >> steps' && alder ci
echo ci $? $(cat steps) >> notes
[ $(pid) != $first ] && echo another daemon >> notes
alder history | grep -c made >> notes
second=$(pid)
birch up
rm steps
birch lock again
birch exec --sh 'systemctl try-restart isconf.service && echo b >> steps'
birch exec --sh 'echo c >> steps'
birch ci
rm steps
alder up
echo up $? $(cat steps) >> notes
[ $(pid) != $second ] && echo another daemon >> notes
alder up 2>&1 | grep -c 'nothing to do' >> notes
alder lock stop
alder exec --sh 'systemctl stop isconf.service && echo stopped >> notes'
echo exec $? $(systemctl is-active isconf.service) >> notes
while alder status; do sleep 0.1; done
systemctl start isconf.service
alder ci 2>&1 | grep -c ': 1 operation' >> notes
`,
      { own: ['IS_NETWORK=no'] },
    )
    if (!found) return false
    const { notes, said } = found
    const restarted = ['exec 0', 'ci 0 2 3', 'another daemon', '2', 'up 0 b c', 'another daemon', '1']
    assert.deepEqual(notes, [...restarted, 'stopped', 'exec 0 inactive', '1', 'over'], said)
    return true
  },
)

// There the units let nobody see the program.
const isHidden = [program, process.execPath].some((path) => /^\/(home|root|run|tmp|var\/tmp)\//.test(path))
const unless = isHidden
  ? 'the program is where its unit hides all from it: this was NOT tested'
  : await unlessNetworkProcess()

systemdTest(
  'systemd confines the network of a daemon of which main.cf says nothing, which does without where it has to',
  async (t) => {
    const found = await noted(
      t,
      `network() { systemctl show --property=MainPID --value 'isconf-network@*' | grep -vx 0; }
status() { alder status --json | grep -c "$1"; }
birch start
until [ "$(status '"peers":\\[{')" = 1 ]; do sleep 0.1; done
pid=$(network)
grep -E '^(CapEff|NoNewPrivs|Seccomp):' /proc/$pid/status >> notes
[ $(stat -c %u /proc/$pid) = 0 ] || echo not root >> notes
[ -e /proc/$pid/root/$PWD ] || echo no home >> notes
alder lock network
alder exec true && alder ci
echo ci $? >> notes
birch up && echo up >> notes
kill -9 $pid
until [ "$(status 'another one runs')" = 1 ]; do sleep 0.1; done
[ $(network) != $pid ] && echo another one >> notes
systemctl stop isconf.service
until [ -z "$(network)" ]; do sleep 0.1; done
changed() {
  systemctl daemon-reload
  systemctl restart isconf.service
  until [ "$(status '"peers":\\[{')" = 1 ]; do sleep 0.1; done
  alder status | grep -o 'itself, as root: [^;(]*' >> notes
  [ -z "$(network)" ] || echo two processes >> notes
}
unit=units/isconf-network@.service
cp $unit kept && sed 's:^ExecStart=.*:ExecStart=/nonexistent:' kept > $unit && changed
cp kept $unit && changed
alder doctor | grep -c 'as root' >> notes
systemctl stop isconf-network.socket
[ -n "$(network)" ] && echo goes on >> notes
[ -e /run/isconf/network.sock ] || echo no socket >> notes
mv units/isconf-network.socket kept && changed
alder doctor | grep -c 'as root' >> notes
alder lock one process
alder exec true && alder ci && birch up && echo up >> notes
mv kept units/isconf-network.socket
systemctl daemon-reload
alder restart
[ -n "$(network)" ] && echo two again >> notes
`,
      { ownTmp: true },
    )
    if (!found) return false
    const confined = ['CapEff:\t0000000000000000', 'NoNewPrivs:\t1', 'Seccomp:\t2', 'not root', 'no home']
    const without = [
      'itself, as root: the network process did not start: the connection is closed',
      ...['two processes', '0', 'goes on', 'no socket'],
      ...['itself, as root: isconf-network.socket does not run', '1', 'up', 'two again'],
    ]
    assert.deepEqual(found.notes, [...confined, 'ci 0', 'up', 'another one', ...without, 'over'], found.said)
    return true
  },
  unless,
)
