/** What is done on a mount that is here because of something outside the journal. */
import { posix } from 'node:path'
import type { Around, CommandRow, FileRow, MountFacts } from '../warning.ts'
import { isOnlyHere, makes, own } from './only-here.ts'

/** Types mounted from elsewhere: an installation alone has none of them. */
const fromElsewhere = /^(nfs4?|cifs|smb3|ceph|9p|afs|lustre|gfs2|ocfs2|fuse\.(sshfs|glusterfs|s3fs|rclone))$/
/** Types mounted by the system itself, by pools and by packages, without fstab. */
const ofTheSystem = /^(squashfs|zfs|overlay|efivarfs|iso9660|ramfs)$/
const placesOfTheSystem = /^\/(run|tmp|dev|sys|proc|snap|boot|efi|var\/(tmp|lib\/(snapd|docker|containers|nfs)))(\/|$)/
/** Where people mount by hand. */
const byHand = /^\/(mnt|media)(\/|$)/
/** Programs that deal with the mount itself, or only look. */
const aboutMounts = /^(mount(\..+)?|umount|systemd-mount|mountpoint|findmnt|df|ls|test|\[|echo|printf|mkdir)$/

/** The mount that a path is on, if nothing in the journal brings it and an image is unlikely to have it. */
async function outsideMount(path: string, { host, isBrought, mounts }: Around): Promise<string | undefined> {
  const isAbove = ({ place }: MountFacts): boolean => place !== '/' && `${path}/`.startsWith(`${place}/`)
  const above = (await host.mounts()).filter(isAbove)
  const mount = above.reduce<MountFacts | undefined>(
    (a, b) => (a && a.place.length > b.place.length ? a : b),
    undefined,
  )
  if (!mount || ofTheSystem.test(mount.type) || placesOfTheSystem.test(mount.place)) return undefined
  const { place, type } = mount
  if (await mounts(place)) return undefined
  const unit = `/etc/systemd/system/${place.slice(1).replaceAll('/', '-')}.mount`
  if ((await host.look(unit)) !== undefined && (await isBrought(unit))) return undefined
  if (!isInFstab((await host.text('/etc/fstab')) ?? '', place)) return place
  // Of what an installer has written the journal knows nothing, and every host has it.
  const isOfImage = !fromElsewhere.test(type) && !byHand.test(place)
  return isOfImage || (await isBrought('/etc/fstab')) ? undefined : place
}

function isInFstab(fstab: string, place: string): boolean {
  return fstab.split('\n').some((line) => line.trim().split(/\s+/)[1]?.replaceAll('\\040', ' ') === place)
}

const text = {
  says: (found: string) =>
    `${found}, which nothing in the journal mounts: where it is not mounted this goes to another disk, or fails`,
  instead: 'record the mount first: isconf snap /etc/fstab, isconf exec mount PLACE; or use a path that every host has',
}

const disk = { files: { '/srv/data/x': '' }, mounts: { '/srv/data': 'ext4' } }
const nas = {
  files: { '/srv/nas/x': '', '/etc/fstab': 'nas:/x /srv/nas nfs defaults 0 0\n' },
  mounts: { '/srv/nas': 'nfs4' },
}
const home = { files: { '/etc/fstab': 'UUID=1 /home ext4 defaults 0 2\n' }, mounts: { '/home': 'ext4' } }

export const mountCommandRows: readonly CommandRow[] = [
  {
    id: 'command-on-mount',
    looksBefore: true,
    finds: async ({ name, words, appendsTo }, around, { cwd }) => {
      const isAbout = aboutMounts.test(name)
      const named = [...(isAbout ? [] : words), ...appendsTo].map((word) =>
        word.replace(/^(--?[\w-]+=|\w+=|@|file:)/, ''),
      )
      const paths = named.filter((word) => word.startsWith('/')).map((word) => posix.normalize(word))
      for (const path of [...(isAbout ? [] : [cwd]), ...paths]) {
        const place = await outsideMount(path, around)
        if (place === undefined) continue
        // Another row says it.
        const isSaid = path === cwd ? own.test(cwd) : !makes.test(name) && (await isOnlyHere(path, around, own))
        if (!isSaid) return `${path} is on ${place}`
      }
      return false
    },
    ...text,
    flagged: [
      { line: 'chown -R www-data: /srv/data/x', ...disk },
      { line: 'make', cwd: '/srv/data/src', ...disk },
      { line: "sh -c 'echo x >>/srv/data/x'", ...disk },
      { line: 'cp /srv/nas/x /etc/x', ...nas },
      { line: 'touch /mnt/usb/x', mounts: { '/mnt/usb': 'vfat' } },
    ],
    silent: [
      { line: 'chown -R www-data: /srv/data/x', files: { '/srv/data/x': '' } },
      { line: 'chown -R www-data: /srv/data/x', ...disk, mounted: ['/srv/data'] },
      { line: 'cp /srv/nas/x /etc/x', ...nas, brought: ['/etc/fstab'] },
      { line: 'mount -o remount,ro /srv/data', ...disk },
      { line: 'mkdir /home/luke', ...home },
      { line: 'touch /home/luke/x', ...home },
      { line: 'touch /tmp/x', mounts: { '/tmp': 'tmpfs' } },
      { line: 'update-grub /boot/efi/x', mounts: { '/boot/efi': 'vfat' } },
      { line: 'touch /srv/database', ...disk },
      { line: 'cp /mnt/usb/x /etc/x', files: { '/mnt/usb/x': '' }, mounts: { '/mnt/usb': 'vfat' } },
    ],
  },
]

export const mountFileRows: readonly FileRow[] = [
  {
    id: 'file-on-mount',
    findsFile: async ({ path }, around) => {
      const place = await outsideMount(path, around)
      return place !== undefined && `it is on ${place}`
    },
    ...text,
    flagged: [
      { path: '/srv/data/x', ...disk },
      { path: '/srv/nas/x', ...nas },
    ],
    silent: [
      { path: '/srv/data/x' },
      { path: '/srv/data/x', ...disk, mounted: ['/srv/data'] },
      {
        path: '/srv/data/x',
        files: { '/etc/systemd/system/srv-data.mount': '' },
        mounts: { '/srv/data': 'ext4' },
        brought: ['/etc/systemd/system/srv-data.mount'],
      },
      { path: '/home/luke/x', ...home },
    ],
  },
]
