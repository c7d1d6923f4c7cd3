/** Hosts with an installed package whose daemon leaves the network to a process of another user. */
import assert from 'node:assert/strict'
import type { NetHost } from '../harness/netns.ts'

const user = 'isconf-network'

/** As isconf(8) says, before the daemon is started. */
export async function leaveNetwork(host: NetHost): Promise<void> {
  await host.types(`useradd --system --no-create-home --shell /usr/sbin/nologin ${user}`)
  await host.configure(`  IS_NETWORK=${user}`)
}

/** It does: there is one such process, it is not root's, and can become nobody else. */
export async function assertNetworkLeft(host: NetHost): Promise<void> {
  const one = 'cd /proc && dirname $(grep -l [n]etwork-process.js [0-9]*/cmdline)'
  const pid = (await host.types(one)).stdout.trim()
  assert.match(pid, /^\d+$/, 'there is one network process')
  assert.equal((await host.types(`stat -c %U /proc/${pid}`)).stdout, `${user}\n`)
  const { stdout } = await host.types(`grep -E '^(CapEff|NoNewPrivs):' /proc/${pid}/status`)
  assert.equal(stdout, 'CapEff:\t0000000000000000\nNoNewPrivs:\t1\n')
  // What systemd would start, its user could read, too.
  const unit = '/usr/lib/systemd/system/isconf-network@.service'
  const words = `sh -c 'test -x "$1" && for file; do test -r "\${file}" || exit 1; done' sh`
  await host.types(
    `setpriv --reuid ${user} --regid ${user} --clear-groups ${words} $(sed -n 's/^ExecStart=//p' ${unit} | tr ' ' '\\n' | grep /)`,
  )
}
