/**
 * What root believes, and so nobody else may be able to change. The table of the manual is printed from here; who reads
 * such a path looks at it first, from / down, by `refuseChangeable`.
 */

export interface TrustedPath {
  /** As a person knows it. */
  readonly what: string
  /** What belongs to it. */
  readonly covers: string
  /** What comes of it while others can change it. */
  readonly otherwise: string
}

/** What is not looked at in IS_HOME: files that are checked by their hashes, and what nothing believes. */
export const unlookedAt = ['store', 'left', 'rehearsal', 'hostkeeper']

/** The table. */
export const trustedPaths = {
  home: {
    what: 'IS_HOME',
    covers:
      'the directory, and what is in it but for the content of files in `store`, `left`, `rehearsal` and `hostkeeper`',
    otherwise: 'The daemon ends with status 22; one that runs says it in `isconf status`.',
  },
  mainCf: {
    what: 'main.cf',
    covers: 'the file that is read',
    otherwise:
      'Every command that reads it ends with status 22. A daemon that runs keeps what it has read, and says it.',
  },
  keys: {
    what: 'IS_HMAC_KEYS',
    covers: 'the file; only its owner should be able to read it, which the log, `isconf status` and `isconf lint` say',
    otherwise: 'The daemon ends with status 22; one that runs keeps the keys that it has read, and says it.',
  },
  nets: {
    what: 'IS_NETS',
    covers: 'the file',
    otherwise: 'The daemon ends with status 22; one that runs keeps what it has read, and says it.',
  },
  network: {
    what: 'IS_NETWORK',
    covers: 'the socket, also that of isconf-network.socket',
    otherwise: 'The daemon ends with status 22; with `auto` it speaks to the network itself, and says it.',
  },
  web: {
    what: 'IS_WEB',
    covers: 'the directory of its unix socket, also that of `isconf web --listen`',
    otherwise: 'The page is not served, which the log and `isconf status` say; `isconf web` ends with status 223.',
  },
  hooks: {
    what: 'IS_HOOKS',
    covers: 'the directories of hooks, and every hook',
    otherwise:
      '`isconf up` does nothing, runs no hook, and ends with status 22; no notify hook is run, which the log and `isconf status` say.',
  },
  settings: {
    what: 'hostkeeper.conf',
    covers: 'the file of settings of Hostkeeper',
    otherwise: 'hostkeeper, isync and exech end with status 22.',
  },
  hostkeeperHome: {
    what: 'ISCONFDIR',
    covers: 'the directory, and the current tree with what its links lead to',
    otherwise: 'hostkeeper, isync and exech end with status 22, and nothing of the tree is run.',
  },
  hostkeeperKey: {
    what: 'HOSTKEEPER_KEY',
    covers: 'the file',
    otherwise: 'Nothing is fetched, and `hostkeeper fetch` ends with status 22.',
  },
} as const satisfies Readonly<Record<string, TrustedPath>>

export type TrustedName = keyof typeof trustedPaths
