/** Who may import whom: read by the boundary check and printed as the picture in ARCHITECTURE.md. */

/** The folders of src/, and the folders that each may import besides itself. `main` is the files in src/ itself, one for each program. */
export const mayImport = {
  base: [],
  config: ['base'],
  control: ['base'],
  journal: ['base'],
  machine: ['base'],
  store: ['base'],
  warnings: ['base', 'journal'],
  terminal: ['base'],
  presentation: ['base', 'control'],
  page: ['base', 'control', 'presentation'],
  web: ['base', 'config', 'control', 'page', 'presentation'],
  bank: ['base', 'control'],
  host: ['base', 'machine'],
  branch: ['base', 'journal'],
  agreement: ['base', 'branch', 'journal'],
  cli: ['base', 'config', 'control', 'presentation', 'terminal', 'web'],
  hostkeeper: ['base', 'config', 'control', 'machine', 'terminal'],
  mesh: ['base', 'config'],
  transfer: ['base', 'mesh'],
  network: ['bank', 'base', 'control', 'machine', 'mesh', 'page', 'transfer', 'web'],
  replication: ['agreement', 'base', 'branch', 'journal', 'mesh', 'store', 'transfer'],
  origin: ['agreement', 'base', 'branch', 'host', 'journal', 'machine', 'replay', 'store'],
  replay: ['base', 'branch', 'host', 'journal', 'machine', 'store'],
  verification: ['base', 'branch', 'host', 'journal', 'machine', 'replay', 'store'],
  rehearsal: ['base', 'journal', 'machine', 'replay', 'store', 'warnings'],
  daemon: [
    'agreement',
    'bank',
    'base',
    'branch',
    'config',
    'control',
    'host',
    'journal',
    'machine',
    'mesh',
    'network',
    'origin',
    'page',
    'rehearsal',
    'replay',
    'replication',
    'store',
    'transfer',
    'verification',
    'warnings',
    'web',
  ],
  main: ['base', 'cli', 'daemon', 'hostkeeper', 'network', 'rehearsal', 'terminal'],
} as const satisfies Record<string, readonly string[]>

export type Part = keyof typeof mayImport

/** The rooms of hostkeeper, which is a house of its own: each may import these others, through their index.ts. */
export const hostkeeperMayImport = {
  words: [],
  'hosts-conf': ['words'],
  program: ['words'],
  tree: ['hosts-conf', 'program'],
  boot: ['hosts-conf', 'program', 'tree'],
  make: ['hosts-conf', 'program', 'tree'],
  generate: ['make', 'program', 'tree'],
  isync: ['hosts-conf', 'program', 'tree', 'words'],
  lint: ['hosts-conf', 'isync', 'make', 'program', 'tree'],
  run: ['boot', 'make', 'program', 'sources', 'tree'],
  sources: ['program', 'tree'],
  exech: ['program', 'sources'],
  update: ['boot', 'hosts-conf', 'lint', 'program', 'run', 'sources', 'tree'],
  checkpoint: ['program', 'sources', 'update'],
  verbs: ['boot', 'checkpoint', 'generate', 'hosts-conf', 'lint', 'make', 'program', 'run', 'sources', 'update'],
} as const satisfies Record<string, readonly string[]>

/** What each part is for, in the words of the picture. */
export const purpose: Readonly<Record<Part, string>> = {
  main: 'the processes: arguments, environment, signals, exit status',
  cli: 'what a person types and reads',
  presentation: 'how answers of the daemon read, the same in a terminal and on the page',
  page: "the daemon's side of the page: who may look, and what is shown",
  web: 'the page: what a browser shows of this host and its domain',
  bank: 'the package bank as programs of this host see it: HTTP on loopback',
  control: 'what the command line and the daemon say to each other',
  daemon: "one host's daemon: its composition, its process, and what it does for each request",
  origin: 'recording a change on the host where it is made',
  replay: 'doing the operations of the journal on the hosts where they arrive',
  verification: 'comparing this machine with its journal, and one place of a journal with another',
  rehearsal: 'what a change would do: operations tried in a sandbox over this host, which is then thrown away',
  transfer: 'files between hosts: the questions for them, and the answers',
  replication: 'what leaves this host and what arrives: announcements, changesets, blobs, the inventory of hosts',
  agreement: "who may change a branch's state",
  branch: 'a branch: its journal, head, lock and divergence',
  journal: 'changesets: encoding, chain, signature, append, read',
  store: 'blobs by hash',
  warnings: 'operations that do not replay: a table of those that are recognised, and what to type instead',
  mesh: 'connections between hosts: transport, admission, discovery',
  network:
    'the mesh, the package bank and the page in a process of their own, and what that and the daemon say to each other',
  host: 'who this host is: key, history, marks',
  machine: 'everything that changes the machine: files and their attributes, commands, reboot',
  config: 'every setting as data, and the files they come from',
  hostkeeper: 'hosts.conf, packages.conf and make at boot',
  terminal: 'what all programs share: arguments, help, tables, failure messages',
  base: 'ids, hashes, errors, clock, chance, log',
}

/** The rooms inside the large parts, by their folder below src/, and what happens in each. */
export const rooms: Readonly<Record<string, string>> = {
  'cli/verbs': 'the verbs of isconf, one file each',
  'control/answers': 'the answers as schemas, for the documents and the tests; programs take their types',
  'daemon/events': 'what happens, told to whoever listens',
  'daemon/http': 'the control socket',
  'daemon/logging': "the daemon's log: to a file, syslog or the systemd journal",
  'daemon/metrics': 'what a monitor watches',
  'daemon/requests': 'what the command line can ask for, one file per request',
  'daemon/requests/shared': 'what several requests need: the parts, checks of their input, output',
  'hostkeeper/boot': 'what a boot waits for, and the record of how it ended',
  'hostkeeper/checkpoint': 'checkpoint images',
  'hostkeeper/exech': 'exech(8): fetches a script and runs it',
  'hostkeeper/generate': 'packages.conf from descriptions of packages',
  'hostkeeper/hosts-conf': 'hosts.conf: stanzas, macros, the variables of a host',
  'hostkeeper/isync': 'isync(8): installs files of the tree',
  'hostkeeper/lint': 'what is wrong with a tree, before a host has it',
  'hostkeeper/make': 'GNU make: its database, its command line, the variables of a host',
  'hostkeeper/program': 'what hostkeeper, isync and exech share: flags, settings, paths, the lock',
  'hostkeeper/run': 'a run: make as a process, stamps, log, record, status',
  'hostkeeper/sources': 'where trees come from',
  'hostkeeper/tree': 'trees on disk: their files, their ids, which trees there are',
  'hostkeeper/update': 'the current tree: fetched, checked, switched, rolled back',
  'hostkeeper/verbs': 'the verbs of hostkeeper(8), one file each',
  'hostkeeper/words': 'quoting for sh',
  'network/local': 'what the network process serves to programs of this host, and what it asks the daemon for that',
  'origin/revert': 'undoing: a checked-in changeset by its inverse, and operations in the work in progress',
  'web/pages': 'the pages, one file each',
  'warnings/rows': 'the table, one file per subject',
  'replication/blobs': 'fetching files from other hosts, in verified pieces',
  'replication/inventory': 'what each host says of itself: signed, kept on disk, and passed on to all others',
}

/** How high each row of a table stands: one above the highest that it may import. */
export function levelsOf(table: Readonly<Record<string, readonly string[]>>): ReadonlyMap<string, number> {
  const levels = new Map<string, number>()
  const levelOf = (name: string): number => {
    const known = levels.get(name)
    if (known !== undefined) return known
    const level = (table[name] ?? []).reduce((highest, below) => Math.max(highest, levelOf(below) + 1), 0)
    levels.set(name, level)
    return level
  }
  for (const name of Object.keys(table)) levelOf(name)
  return levels
}
