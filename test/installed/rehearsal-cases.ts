/** Commands of the table of warnings, and on what host they meet what; each has names of its own. */
import { smallPackage } from './small-package.ts'

export interface Case {
  readonly line: string
  /** What differs on the host where it arrives, in words. */
  readonly where: string
  /** Done on both hosts before, by a shell. */
  readonly both?: string
  /** Done only where it is recorded. */
  readonly origin?: string
  /** Done only where it arrives. */
  readonly target?: string
  /** The directory in which it is recorded. */
  readonly cwd?: string
}

/** Makes the packages and archives of the cases in `share`, which the hosts have at /mnt. */
export function makeRehearsalFiles(share: string): void {
  const conffile = (name: string): void => {
    const path = `/etc/${name}.conf`
    const files = { [path]: 'of the package\n' }
    smallPackage(share, { name, version: '1', control: { conffiles: `${path}\n` }, files })
  }
  for (const name of ['plain', 'differs', 'keeps', 'byapt']) conffile(name)
  for (const name of ['purged', 'dpurged', 'held']) smallPackage(share, { name, version: '1' })
  smallPackage(share, { name: 'same', version: '1', files: { '/opt/same': 'first\n' } })
  smallPackage(share, {
    name: 'failing',
    version: '1',
    control: { postinst: '#!/bin/sh\ntest ! -e /etc/no-failing\n' },
  })
}

const own = (name: string): string => `echo mine >/etc/${name}.conf`

export const cases: readonly Case[] = [
  { line: 'dpkg -i /mnt/plain_1.deb', where: 'the same' },
  { line: 'dpkg -i /mnt/differs_1.deb', where: 'a conffile of it is there, and another', target: own('differs') },
  { line: 'dpkg --force-confold -i /mnt/keeps_1.deb', where: 'a conffile of it is there', target: own('keeps') },
  { line: 'apt-get install -y /mnt/byapt_1.deb', where: 'a conffile of it is there', target: own('byapt') },
  { line: 'apt-get install -y /mnt/same_1.deb', where: 'it is installed', target: 'dpkg -i /mnt/same_1.deb' },
  { line: 'dpkg -i /mnt/failing_1.deb', where: 'its script fails', target: 'touch /etc/no-failing' },
  { line: 'apt-get purge -y purged', where: 'no such package is known', origin: 'dpkg -i /mnt/purged_1.deb' },
  { line: 'dpkg --purge dpurged', where: 'it is not installed', origin: 'dpkg -i /mnt/dpurged_1.deb' },
  { line: 'apt-mark hold held', where: 'no such package is known', origin: 'dpkg -i /mnt/held_1.deb' },
  { line: 'apt-get update', where: 'the network is down, as on the origin' },
  { line: "sh -c 'echo nosuch hold | dpkg --set-selections'", where: 'the same' },
  {
    line: 'dpkg-divert --add --rename --divert /opt/divert.real /opt/divert',
    where: 'it is diverted to another place',
    target: 'dpkg-divert --add --rename --divert /opt/divert.other /opt/divert',
  },
  { line: 'useradd web1', where: 'the same' },
  { line: 'useradd web2', where: 'the user is there', target: 'useradd web2' },
  { line: 'groupadd staff2', where: 'the group is there', target: 'groupadd staff2' },
  {
    line: 'adduser --system --no-create-home job1',
    where: 'the user is there',
    target: 'adduser --system --no-create-home job1',
  },
  { line: "adduser --disabled-password --gecos '' luke1", where: 'the user is there', target: 'useradd luke1' },
  { line: 'userdel gone1', where: 'there is no such user', origin: 'useradd gone1' },
  { line: 'usermod -aG audio gone2', where: 'there is no such user', origin: 'useradd gone2' },
  {
    line: 'update-alternatives --install /usr/bin/edit1 edit1 /bin/true 10',
    where: 'a file is in its place',
    target: 'echo >/usr/bin/edit1',
  },
  {
    line: 'update-alternatives --set edit2 /bin/true',
    where: 'it is not registered',
    origin: 'update-alternatives --install /usr/bin/edit2 edit2 /bin/true 10',
  },
  {
    line: 'tar -xf /opt/lib.tar -C /opt/linked',
    where: 'a link is where the archive has a directory',
    both: 'mkdir -p /opt/linked /opt/from/lib && touch /opt/from/lib/plugin && tar -cf /opt/lib.tar -C /opt/from lib',
    target: 'ln -s /usr/lib /opt/linked/lib',
  },
  {
    line: 'tar -xf /opt/file.tar -C /opt/full',
    where: 'a full directory is where the archive has a file',
    both: 'mkdir -p /opt/full /opt/from2 && touch /opt/from2/it && tar -cf /opt/file.tar -C /opt/from2 it',
    target: 'mkdir /opt/full/it && touch /opt/full/it/x',
  },
  { line: 'sed -i s/old/new/ /etc/absent.conf', where: 'there is no such file', origin: 'echo old >/etc/absent.conf' },
  {
    line: 'sed -i s/old/new/ /etc/done.conf',
    where: 'it is changed already',
    origin: 'echo old >/etc/done.conf',
    target: 'echo new >/etc/done.conf',
  },
  { line: "sh -c 'echo x >>/etc/twice.conf'", where: 'the line is there', target: 'echo x >/etc/twice.conf' },
  { line: "sh -c 'echo x | tee -a /opt/nodir/f'", where: 'there is no such directory', origin: 'mkdir /opt/nodir' },
  { line: 'cp /root/only-here /etc/copied', where: 'there is no such file', origin: 'touch /root/only-here' },
  { line: 'touch x', where: 'there is no such directory', origin: 'mkdir /opt/w', cwd: '/opt/w' },
  { line: 'deploy --now', where: 'there is no such program', origin: 'cp /bin/true /usr/local/bin/deploy' },
  { line: 'ln -s /bin/true /opt/link', where: 'it is there', target: 'touch /opt/link' },
  { line: 'mkdir /opt/made', where: 'it is there', target: 'mkdir /opt/made' },
  { line: 'mv /opt/old-dir /opt/new-dir', where: 'the same', both: 'mkdir -p /opt/old-dir/sub' },
  { line: 'mount -t tmpfs tmpfs /opt/mounted', where: 'the same', both: 'mkdir /opt/mounted' },
  {
    line: "sh -c 'kill -0 $(cat /run/job.pid)'",
    where: 'the same',
    both: '(exec 3>&-; sleep 3600 >/dev/null 2>&1 & echo $! >/run/job.pid)',
  },
  { line: 'isconf -V', where: 'the same' },
]
