/** The directory structure on local disk: everything that Hostkeeper keeps, below ISCONFDIR. */
import { join } from 'node:path'

export type Layout = Readonly<ReturnType<typeof layoutOf>>

export function layoutOf(home: string) {
  return {
    /** ISCONFDIR. */
    home,
    /** The current configuration tree: a symbolic link into trees, or a directory that somebody made. */
    tree: join(home, 'tree'),
    /** Whole trees as they were fetched, each named by its content. */
    trees: join(home, 'trees'),
    /** A symbolic link to the fetched and checked tree that is to be switched to. */
    staged: join(home, 'staged'),
    /** A symbolic link to the tree that held before. */
    previous: join(home, 'previous'),
    /** A symbolic link to the tree that a person has turned back from; the tree itself may be gone. */
    refused: join(home, 'refused'),
    /** Where make runs: a file for each step that is done. */
    stamps: join(home, 'stamps'),
    /** One log a run. */
    logs: join(home, 'log'),
    /** What was run when, and how it ended: a JSON document a line. */
    runs: join(home, 'runs'),
    /** Names the process that runs make, or updates the tree. */
    lock: join(home, 'lock'),
    /** What make was given at its last run, in the syntax of sh. */
    environment: join(home, 'etc/environment'),
    /** What isync has installed: a file for each path. */
    installed: join(home, 'installed'),
    /** What isync is installing: a file for each process. */
    installing: join(home, 'installing'),
    /** What isync has overwritten. */
    kept: join(home, 'kept'),
    /** What came of the last attempt to make the host right: a JSON document. */
    boot: join(home, 'boot'),
    /** The newest number of each channel that was followed: a JSON document. */
    channels: join(home, 'channels'),
    /** What came of asking the source for its tree, and when it had the current one: a JSON document. */
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
