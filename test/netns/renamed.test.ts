/** A host that is renamed while its daemon runs, and while it holds the lock. */
import assert from 'node:assert/strict'
import { assertRefused, until } from '../harness/lab.ts'
import { NetLab, netnsTest } from '../harness/netns.ts'

netnsTest(
  'a host that is renamed while it holds the lock goes on under its new name, with lock and work',
  async (t) => {
    const lab = await NetLab.of(t, 'alder', 'birch')
    const [alder, birch] = lab.hosts
    await alder!.types("mkdir -p /etc/is; printf 'DEFAULT:\\nROLE=old\\n\\nweb1:\\nROLE=new\\n' > /etc/is/main.cf")
    await alder!.knows(birch!)
    await birch!.knows(alder!)
    await lab.start()
    await alder!.untilConnectedTo(birch!)
    await alder!.does('lock', 'a new name')
    await alder!.does('exec', 'hostname', 'web1')
    const said = await alder!.does('exec', 'sh', '-c', 'echo "$HOSTNAME $ROLE"')
    assert.equal(said.stdout, 'web1 new\n')
    assert.match((await alder!.does('env')).stdout, /^export HOSTNAME='web1'$/m)
    assert.equal((await alder!.status()).host, 'web1')
    // Another user of it is told where the lock is, and is not sent to ask this host.
    const other = await alder!.sh('LOGNAME=zoe isconf ci')
    assertRefused(other, 220, 'is locked by root@alder', 'it is held on this host, by root, and you are zoe')
    assert.doesNotMatch(other.stderr, /ask the holder/)
    await until(async () => (await birch!.does('hosts')).stdout.includes('web1 '), 'birch hears of the new name')
    await alder!.does('lock', 'once more')
    assert.match((await alder!.does('ci')).stderr, /checked in .*: 2 operations/)
    await until(async () => (await birch!.status()).lock === null, 'birch hears that the lock is free')
  },
)
