/** What kind of file system a path is on, as far as that decides what can be recorded of it. */
import { statfs } from 'node:fs/promises'

/** What the kernel shows of itself; the magic numbers are those of linux/magic.h. */
const pseudoByMagic: ReadonlyMap<number, string> = new Map([
  [0x9fa0, 'proc'],
  [0x62656572, 'sysfs'],
  [0x27e0eb, 'cgroup'],
  [0x63677270, 'cgroup2'],
  [0x64626720, 'debugfs'],
  [0x74726163, 'tracefs'],
  [0x73636673, 'securityfs'],
  [0xf97cff8c, 'selinuxfs'],
  [0x43415d53, 'smackfs'],
  [0x62656570, 'configfs'],
  [0x6165676c, 'pstore'],
  [0xde5e81e4, 'efivarfs'],
  [0xcafe4a11, 'bpf'],
  [0x42494e4d, 'binfmt_misc'],
  [0x65735543, 'fusectl'],
  [0x1cd1, 'devpts'],
  [0x19800202, 'mqueue'],
  [0x958458f6, 'hugetlbfs'],
  [0x6e736673, 'nsfs'],
  [0x67596969, 'rpc_pipefs'],
])

/** What other machines share with this one. */
const networkByMagic: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB'],
  [0x517b, 'SMB'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x00c36400, 'Ceph'],
  [0x01021997, '9p'],
  [0x0bd00bd0, 'Lustre'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
])

export interface FileSystemKind {
  readonly name: string
  /** `pseudo`: its files are answers of the kernel. `network`: other machines have it, too. */
  readonly kind: 'pseudo' | 'network'
}

/** The kind of the file system that a directory or file is on; undefined for one that is this host's own disk or memory. */
export async function fileSystemKind(path: string): Promise<FileSystemKind | undefined> {
  const type = await statfs(path).then(
    (found) => found.type,
    // What may not be asked is no answer of the kernel.
    () => 0,
  )
  // The number has 32 bits, of which some kernels give the upper one as a sign.
  const magic = type >>> 0
  const pseudo = pseudoByMagic.get(magic)
  if (pseudo !== undefined) return { name: pseudo, kind: 'pseudo' }
  const network = networkByMagic.get(magic)
  return network === undefined ? undefined : { name: network, kind: 'network' }
}
