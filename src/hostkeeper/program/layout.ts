/** The directory structure on local disk: everything that Hostkeeper keeps, below ISCONFDIR. */
import { join } from 'node:path'

export interface Layout {
  /** ISCONFDIR. */
  readonly home: string
  /** The current configuration tree: a symbolic link into {@link trees}, or a directory that somebody made. */
  readonly tree: string
  /** Whole trees as they were fetched, each named by its content. */
  readonly trees: string
  /** A symbolic link to the fetched and checked tree that is to be switched to. */
  readonly staged: string
  /** A symbolic link to the tree that held before. */
  readonly previous: string
  /** A symbolic link to the tree that a person has turned back from; the tree itself may be gone. */
  readonly refused: string
  /** Where make runs: a file for each step that is done. */
  readonly stamps: string
  /** One log a run. */
  readonly logs: string
  /** What was run when, and how it ended: a JSON document a line. */
  readonly runs: string
  /** Names the process that runs make, or updates the tree. */
  readonly lock: string
  /** What make was given at its last run, in the syntax of sh. */
  readonly environment: string
  /** What isync has installed: a file for each path. */
  readonly installed: string
  /** What isync is installing: a file for each process. */
  readonly installing: string
  /** What isync has overwritten. */
  readonly kept: string
  /** What came of the last attempt to make the host right: a JSON document. */
  readonly boot: string
  /** The newest number of each channel that was followed: a JSON document. */
  readonly channels: string
  /** What came of asking the source for its tree, and when it had the current one: a JSON document. */
  readonly fetched: string
}

export function layoutOf(home: string): Layout {
  return {
    home,
    tree: join(home, 'tree'),
    trees: join(home, 'trees'),
    staged: join(home, 'staged'),
    previous: join(home, 'previous'),
    refused: join(home, 'refused'),
    stamps: join(home, 'stamps'),
    logs: join(home, 'log'),
    runs: join(home, 'runs'),
    lock: join(home, 'lock'),
    environment: join(home, 'etc/environment'),
    installed: join(home, 'installed'),
    installing: join(home, 'installing'),
    kept: join(home, 'kept'),
    boot: join(home, 'boot'),
    channels: join(home, 'channels'),
    fetched: join(home, 'fetched'),
  }
}

/** What is in a configuration tree, by its place there. */
export const treeNames = {
  hosts: 'hosts.conf',
  /** Files `*.conf` in it come after hosts.conf, in the order of their names. */
  hostsDirectory: 'hosts.conf.d',
  packages: 'packages.conf',
  /** `NAME.yaml`, a package each, from which `hostkeeper generate` makes a makefile. */
  packageFiles: 'packages.d',
  /** `OS.mk`, with what holds on one kind of platform. */
  platforms: 'conf',
  /** First in the PATH of make's commands. */
  programs: 'bin',
  /** What isync installs, as it lies below /. */
  files: 'files',
  /** Mode and owner of what isync installs. */
  manifest: 'manifest',
  /** The boot hook that takes over from the one that is installed. */
  hook: 'rc.isconf',
} as const
