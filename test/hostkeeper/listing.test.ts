/** Listing 2 of the paper, as it is, under the real GNU make. */
import assert from 'node:assert/strict'
import { test } from 'node:test'
import { assertDone } from '../harness/run.ts'
import { makeHost } from './make-host.ts'

const bank = 'http://isconf/pkgbank'
const ntp = [
  'service ntpd stop',
  'rpm -q ntp-4.0.99k-15',
  `rpm -Uvh ${bank}/ntp-4.0.99k-15.i386.rpm`,
  'ntpdate ntp',
  'chkconfig --add ntpd',
  'service ntpd start',
  'touch ntp-4.0.99k-15',
]
const rpm = (name: string): readonly string[] => [
  `rpm -q ${name}`,
  `rpm -Uvh ${bank}/${name}.i386.rpm`,
  `touch ${name}`,
]
const everyRun = ['isync -o etc/ntp.conf', 'service ntpd restart']
const golden = [
  ...ntp,
  ...rpm('tcsh-6.10-1'),
  ...rpm('cvs-1.10.8-8'),
  ...rpm('wget-1.5.3-10'),
  'rpm -q openssh-2.5.2p2-1.7.2',
  `rpm -Uvh ${bank}/openssh-2.5.2p2-1.7.2.i386.rpm ${bank}/openssh-server-2.5.2p2-1.7.2.i386.rpm ${bank}/openssh-clients-2.5.2p2-1.7.2.i386.rpm`,
  'service sshd restart',
  'touch openssh-all-2.5.2p2-1.7.2',
  'isync -o etc/rc.d/init.d/ntpclock',
  'chkconfig --add ntpclock',
  'service ntpd restart',
  'touch ntpclock-2',
  'chkconfig --level 2345 ntpd on',
  'service ntpd restart',
  'touch enable-ntp-3',
  ...everyRun,
  ...rpm('cvs-1.11-3'),
]

test('run does Listing 2 on scramjet in the golden order, and then only the step that leaves no stamp', async (t) => {
  const host = makeHost(t)
  assertDone(await host.run(['run', 'BOOT']))
  assert.deepEqual(host.calls(), golden)
  host.forgetCalls()
  assertDone(await host.run(['run', 'BOOT']))
  assert.deepEqual(host.calls(), everyRun)
})
