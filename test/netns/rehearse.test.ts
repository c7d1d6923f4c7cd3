/** Work that another host rehearses: it has to agree, to stand where the work begins, and keeps nothing of it. */
import assert from 'node:assert/strict'
import type { RehearsalAnswer } from '../../src/control/index.ts'
import { assertRefused, until } from '../harness/lab.ts'
import { type NetHost, NetLab, netnsTest } from '../harness/netns.ts'
import { unlessRootHas } from '../support/tools.ts'

const missing = unlessRootHas('unshare', 'setpriv', 'mount', 'pivot_root')

/** What a rehearsal could leave of this work. */
const traces =
  'ls -d /etc/app.conf /etc/copy /var/is/rehearsal.files 2>/dev/null; find /var/is/store -type f; grep -c . /proc/mounts'

netnsTest(
  'another host rehearses the work: where it agrees, stands where the work begins, and keeps nothing',
  async (t) => {
    if (missing !== false) return t.skip(missing)
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts as [NetHost, NetHost]
    await lab.start()
    await alder.untilConnectedTo(birch)
    const probe = await birch.sh('isconf rehearse sh -c "echo x >/etc/isconf-probe && echo x >/root/isconf-probe"')
    if (probe.status !== 0) return t.skip(`this machine's disks can't be rehearsed on in a namespace: ${probe.stderr}`)
    const on = (...words: readonly string[]) => alder.run('-q', 'rehearse', '--on', 'birch', ...words)

    // Nobody has work, and nobody agrees.
    assertRefused(await on(), 221, 'branch generic is not locked')
    await alder.does('lock', 'an application')
    await alder.types('echo setting > /etc/app.conf; echo here > /root/only-here')
    await alder.does('snap', '/etc/app.conf')
    await alder.does('exec', 'sh', '-c', 'cp /etc/app.conf /etc/copy; hostname; cat /var/is/conf/host.key | wc -c')
    assertRefused(
      await on(),
      1,
      'nothing was rehearsed on birch: it lets no other host rehearse',
      'IS_REHEARSE = yes in',
    )
    assertRefused(await alder.run('rehearse', '--on', 'cedar'), 22, 'no host cedar is known here', 'isconf hosts')
    assertRefused(await alder.run('rehearse', '--on', 'alder'), 22, 'alder is this host', 'isconf')
    assertRefused(await on('true'), 22, 'isconf rehearse --on takes no command', 'isconf')
    assertRefused(
      await alder.run('-q', 'ci', '--on', 'birch'),
      22,
      'isconf ci takes --on only with --rehearse',
      'isconf',
    )

    // It agrees, and does the work: in its own sandbox, without the keys of birch, and nothing of it stays.
    await birch.configure('IS_REHEARSE = yes')
    assertRefused(await on('--net'), 1, 'it lets no rehearsal of another host use its network', 'IS_REHEARSE = net')
    const before = await birch.types(traces)
    const passing = await on('--json')
    const answer = JSON.parse(
      passing.stdout.split('\n').findLast((line) => line.startsWith('{')) ?? '',
    ) as RehearsalAnswer
    const verdicts = answer.operations.map(({ verdict }) => verdict)
    assert.deepEqual([answer.host, answer.of, ...verdicts], ['birch', 'work', 'passes', 'passes'])
    assert.match(passing.stdout, /^birch\n0\n/)
    assert.equal((await birch.types(traces)).stdout, before.stdout)
    const checkedIn = await alder.does('ci', '--rehearse', '--on', 'birch')
    assert.match(checkedIn.stderr, /rehearsed 2 operations of the work on birch: 2 would pass\n.*checked in/)

    // It has something to do before; and then it says which operation fails there, and how.
    await alder.does('lock', 'more')
    await alder.does('exec', 'true')
    await alder.does('exec', 'sh', '-c', 'cat /root/only-here >>/etc/copy')
    await alder.does('exec', 'true')
    await until(async () => (await birch.status()).pending === 2, 'birch has what was checked in')
    assertRefused(await on(), 1, 'birch: it has 2 operations to do before it stands where', 'on birch: isconf up')
    await birch.does('up')
    const failing = await on()
    assertRefused(failing, 1, 'operation 2 (exec sh -c ', 'would fail on birch: it ended with exit status 1')
    assert.match(failing.stderr, /cat: .*only-here/)
    const log = await birch.read('/var/is/log/isconf.log')
    assert.match(log, /rehearsing 2 operations for root@alder: an application/)
    assert.match(log, /rehearsed for root@alder: operation 2 would fail here: it ended with exit status 1/)
    assert.match(log, /rehearsed nothing more for alder: it lets no other host rehearse on it/)

    // What lies on a mount that no operation made is warned of.
    await alder.types('mkdir /var/data && mount -t tmpfs tmpfs /var/data && echo x >/var/data/x')
    assert.match(
      (await alder.does('exec', 'cp', '/var/data/x', '/etc/copy')).stderr,
      /warning: .*\/var\/data\/x is on \/var\/data, which/,
    )

    // Consent that is withdrawn counts at once.
    await birch.configure('IS_REHEARSE = no')
    assertRefused(await on(), 1, 'it lets no other host rehearse on it', 'IS_REHEARSE = yes')
  },
)
