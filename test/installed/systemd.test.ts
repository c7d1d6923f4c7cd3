/**
 * The package on a Debian 13 that a real systemd boots, without a line of main.cf: the daemon is root's, and what speaks
 * to the network is a process that systemd has made and confined. `npm run test:installed`.
 */
import assert from 'node:assert/strict'
import { basename } from 'node:path'
import { type TestContext, test } from 'node:test'
import { releaseVersion } from '../../scripts/build.ts'
import { makeDeb } from '../../scripts/packages/deb.ts'
import { type NetHost, NetLab } from '../harness/netns.ts'
import { until } from '../harness/run.ts'
import { temporaryDirectory } from '../support/files.ts'
import { unlessRootHas } from '../support/tools.ts'
import { packageArchitecture, removeGroups, systemdRoot, systemdScript } from './debian-lab.ts'

const skip = unlessRootHas('debootstrap', 'dpkg-deb', 'ip', 'unshare', 'nsenter')
const nextVersion = `${releaseVersion()}.next`
const bootMsMax = 120_000

test('systemd gives the network of an installed daemon to a process that may do next to nothing', {
  skip,
}, async (t) => {
  const share = temporaryDirectory(t)
  const release = { architecture: packageArchitecture() }
  const deb = basename(await makeDeb(share, { ...release, version: releaseVersion() }, 'none'))
  const nextDeb = basename(await makeDeb(share, { ...release, version: nextVersion }, 'none'))
  const [alder, birch] = await bootedHosts(t, share, 'alder', 'birch')
  if (!alder || !birch) return t.skip('systemd cannot be process 1 of a namespace here: this was NOT tested')
  const hosts = [alder, birch]

  for (const host of hosts) await host.types(`dpkg -i /mnt/${deb}`)
  await alder.does('init', 'example.com')
  await birch.types(`isconf init example.com --key - <<'EOF'\n${await alder.read('/var/is/conf/hmac_keys')}EOF`)
  await alder.untilConnectedTo(birch)
  for (const host of hosts) await assertConfined(host)

  // A file goes from the disk to the network without the daemon.
  await alder.types('mkdir /root/build && head -c 8388608 /dev/urandom > /root/build/large')
  await alder.does('lock', 'a file and a command')
  await alder.types('isconf snap /root/build/large')
  await alder.types('cd /root && isconf exec sh -c "hostname > /etc/motd"')
  const before = await writtenBytes(alder)
  await alder.does('ci')
  await birch.does('up')
  assert.equal(await birch.read('/etc/motd'), 'birch\n')
  const sums = hosts.map(async (host) => (await host.types('sha256sum /root/build/large')).stdout)
  assert.equal(new Set(await Promise.all(sums)).size, 1)
  const written = (await writtenBytes(alder)) - before
  assert.ok(written < 4 * 1024 * 1024, `the daemon has written ${written} bytes`)

  const killed = await networkOf(alder)
  // Others' connections to the bank are handed to it, root's are not.
  assert.match(await bankFor(alder, 'setpriv --reuid 65534 --regid 65534 --clear-groups'), /^HTTP\/1\.1 200 OK/)
  await alder.types(`kill -STOP ${killed}`)
  assert.match(await bankFor(alder), /^HTTP\/1\.1 200 OK/)
  await alder.types(`kill -9 ${killed}`)
  await until(async () => ![killed, ''].includes(await networkOf(alder)), 'another network process', bootMsMax)
  await alder.untilConnectedTo(birch)

  // The next release comes as an operation, and both processes go over to it.
  await alder.types(`cp /mnt/${nextDeb} /root/build/`)
  await alder.does('lock', 'the next release')
  await alder.types(`isconf snap /root/build/${nextDeb}`)
  await alder.types(`cd /root && isconf exec dpkg -i /root/build/${nextDeb}`)
  await alder.does('ci')
  await birch.does('up')
  for (const host of hosts) {
    await until(async () => (await host.status()).release === nextVersion, `${host.name} has gone over`, bootMsMax)
    await assertConfined(host)
  }
  await alder.untilConnectedTo(birch)

  // Who masks the socket has one process, and is told.
  await alder.types('systemctl mask --now isconf-network.socket && isconf restart')
  assert.equal(await networkOf(alder), '')
  assert.match((await alder.run('doctor')).stdout, /as root: .*network\.sock; see systemctl status/)
  await alder.untilConnectedTo(birch)
  await alder.types('systemctl unmask isconf-network.socket && isconf restart')
  await assertConfined(alder)

  await birch.types('systemctl stop isconf')
  await until(async () => (await networkOf(birch)) === '', 'the network process ends with the daemon', bootMsMax)
  await alder.types('rm -r /root/build && dpkg -P isconf')
  assert.doesNotMatch((await alder.types('readlink /proc/[0-9]*/exe || true')).stdout, /isconf/)
  const left =
    "find / -xdev -path /proc -prune -o -path /var/lib/dpkg -prune -o -path /mnt -prune -o -name '*isconf*' -print"
  assert.equal((await alder.types(`${left}; find /run -name '*isconf*'; ls -d /var/is /etc/is || true`)).stdout, '')
})

/** Hosts with systemd, which has booted them; none where it can't be process 1 of a namespace. */
async function bootedHosts(t: TestContext, share: string, ...names: readonly string[]): Promise<readonly NetHost[]> {
  const root = systemdRoot('trixie')
  const groups = `isconf-test-${process.pid}-${Math.random().toString(36).slice(2)}-`
  const made = NetLab.made(
    t,
    names.map((name) => ({ name, script: systemdScript, words: [root, share, `${groups}${name}`] })),
  )
  // After the hosts have ended.
  t.after(() => removeGroups(groups))
  try {
    const { hosts } = await made
    for (const host of hosts) await until(() => isBooted(host), `${host.name} is booted`, bootMsMax)
    return hosts
  } catch (error) {
    t.diagnostic((error as Error).message)
    return []
  }
}

async function isBooted(host: NetHost): Promise<boolean> {
  return /^(running|degraded)$/m.test((await host.sh('systemctl is-system-running')).stdout)
}

/** The process that systemd has made for a host's daemon; '' when there is none. */
async function networkOf(host: NetHost): Promise<string> {
  const { stdout } = await host.types("systemctl show --property=MainPID --value 'isconf-network@*'")
  return stdout.split('\n').find((pid) => /^[1-9]/.test(pid)) ?? ''
}

/** There is one, it is a user's that systemd has made, can become nobody else, and there is nothing to say about it. */
async function assertConfined(host: NetHost): Promise<void> {
  const pid = await networkOf(host)
  assert.match(pid, /^\d+$/, 'there is a network process')
  const { stdout } = await host.types(`grep -E '^(Uid|CapEff|NoNewPrivs|Seccomp):' /proc/${pid}/status`)
  assert.match(stdout, /^Uid:(\t6\d{4}){4}\nCapEff:\t0+\nNoNewPrivs:\t1\nSeccomp:\t2\n$/)
  const { warnings } = await host.status()
  assert.doesNotMatch(warnings.join('\n'), /as root/)
}

/** What a program is sent that asks for the names in the package bank. */
async function bankFor(host: NetHost, as = ''): Promise<string> {
  const ask =
    'exec 3<>/dev/tcp/127.0.0.1/65028; printf "GET /pkgbank/ HTTP/1.0\\r\\nHost: localhost\\r\\n\\r\\n" >&3; cat <&3'
  return (await host.types(`${as} bash -c '${ask}'`)).stdout
}

/** Bytes that the daemon has handed to write(), for files and sockets alike. */
async function writtenBytes(host: NetHost): Promise<number> {
  return Number(/^wchar: (\d+)$/m.exec(await host.read(`/proc/${(await host.status()).pid}/io`))?.[1])
}
