/** A small file system as a host's home, in a mount namespace of its own, so that a disk can be full. Needs root. */
import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, rmSync, statfsSync, truncateSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { unlessRootHas } from '../support/tools.ts'
import type { Ending, LabHost } from './lab.ts'
import { until } from './run.ts'

/** Why a test with a small disk cannot run here; false when it can. */
export function noSmallDisk(): string | false {
  const missing = unlessRootHas('unshare', 'mount')
  if (missing !== false) return missing
  const tried = spawnSync('unshare', ['--mount', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt'])
  return tried.status === 0 ? false : `the kernel refuses to mount: ${tried.stderr}`
}

export class SmallDisk {
  /** The host's home, as this process reaches it. */
  readonly home: string

  private constructor(home: string) {
    this.home = home
  }

  /** Puts a stopped host's home on a file system of its own. */
  static async under(ending: Ending, host: LabHost, sizeBytes: number): Promise<SmallDisk> {
    const kept = `${host.home}.kept`
    cpSync(host.home, kept, { recursive: true })
    // Ends with this process: its standard input is closed then, and the mount goes with its namespace.
    const script = `mount -t tmpfs -o size=${sizeBytes} tmpfs "$1" && cp -a "$2/." "$1" && echo ready && cat`
    const words = ['--mount', '--propagation', 'private', 'sh', '-c', script, 'sh', host.home, kept]
    const holder = spawn('unshare', words, { stdio: ['pipe', 'pipe', 'inherit'] })
    ending.after(() => {
      host.kill9()
      holder.stdin?.end()
    })
    let said = ''
    holder.stdout?.on('data', (bytes: Buffer) => {
      said += bytes
    })
    await until(() => said.includes('ready') || holder.exitCode !== null, 'the small disk is mounted')
    assert.equal(holder.exitCode, null, 'the small disk is mounted')
    rmSync(kept, { recursive: true })
    host.inside = (argv, cwd) => ['nsenter', `--target=${holder.pid}`, '--mount', `--wdns=${cwd}`, '--', ...argv]
    host.outsideHome = join(`/proc/${holder.pid}/root`, host.home)
    return new SmallDisk(host.outsideHome)
  }

  /** Leaves this many bytes free. */
  fill(freeBytes = 0): void {
    const path = join(this.home, 'filler')
    const { bavail, bsize } = statfsSync(this.home)
    writeFileSync(path, Buffer.alloc(Math.max(0, bavail * bsize - freeBytes)))
    if (freeBytes === 0) assert.equal(statfsSync(this.home).bavail, 0)
  }

  /** Makes room again. */
  empty(): void {
    const path = join(this.home, 'filler')
    if (existsSync(path)) truncateSync(path, 0)
  }
}
