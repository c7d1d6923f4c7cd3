/** The rows of the table of failures in which the daemon, its disk or its program is at fault; see errors.ts. */
export const daemonErrorKinds = {
  NODE_TOO_OLD: { exit: 223, hint: 'install a newer Node, or the package for this system, which brings its own' },
  DAEMON_DOWN: { exit: 223, hint: 'start it: isconf start' },
  DAEMON_LOST: {
    exit: 223,
    hint: 'see the log (systemd journal, syslog or log/isconf.log below IS_HOME), then: isconf start',
  },
  NOT_ALLOWED: { exit: 223, hint: 'run as the user who owns IS_HOME, usually root' },
  ALREADY_RUNNING: { exit: 223, hint: 'stop it first: isconf stop' },
  PROGRAM_REPLACED: { exit: 75, hint: 'start the daemon again; a service manager does that by itself' },
  CLONED: {
    exit: 223,
    hint: 'if this machine is the copy: isconf stop, isconf seal, isconf start; once the copy is sealed, on the original: isconf restart; if it is the same machine with a new machine-id: isconf seal --same-host, isconf start',
  },
  PORT_TAKEN: { exit: 223, hint: 'another daemon or program uses the port; set IS_PORT to a free one' },
  PORT_FORBIDDEN: {
    exit: 223,
    hint: 'set IS_PORT to one that is not below 1024, or see IS_NETWORK under SECURITY in isconf(8)',
  },
  NETWORK_PROCESS: {
    exit: 223,
    hint: 'see IS_NETWORK in main.cf(5); with IS_NETWORK=no the daemon speaks to the network itself',
  },
  NETWORK_RELEASE: {
    exit: 223,
    hint: 'isconf restart; where that does not help, IS_NETWORK in main.cf(5) leads to a program that is not of this installation',
  },
  WEB_ADDRESS: {
    exit: 223,
    hint: 'end what has it, or choose another port or path: IS_WEB in main.cf and isconf restart, or isconf web --listen',
  },
  HOME_UNWRITABLE: { exit: 223, hint: 'run as the user who owns IS_HOME, usually root, or set IS_HOME' },
  DISK_FULL: { exit: 223, hint: 'make room on the disk of IS_HOME; nothing was left half-written' },
  DISK_UNCERTAIN: { exit: 223, hint: 'check the disk; then do again what `isconf status` shows to be missing' },
  DISK_FAILED: { exit: 223, hint: 'check the disk and the kernel log before you go on' },
  NEWER_RELEASE: { exit: 223, hint: 'nothing was changed; install that release of isconf here, or a later one' },
  JOURNAL_DAMAGED: { exit: 223, hint: 'keep the file for examination; another host has a good copy' },
  OTHER_DOMAIN: {
    exit: 223,
    hint: 'correct the domain of this host, or set the data of the other domain aside: isconf leave OTHER-DOMAIN',
  },
  STATE_DAMAGED: {
    exit: 223,
    hint: 'keep the file for examination; a start of the daemon sets it aside, and `isconf status` says what follows',
  },
  UNEXPECTED: {
    exit: 224,
    hint: 'this is a bug; the log (systemd journal, syslog or log/isconf.log below IS_HOME) has the details',
  },
} as const satisfies Record<string, { exit: number; hint: string }>
