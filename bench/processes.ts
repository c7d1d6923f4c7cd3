/** What the kernel says of a process. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs'

/** The process of a host's daemon, which has to run. */
export function pidOf(host: { readonly name: string; pid(): number | undefined }): number {
  const pid = host.pid()
  if (pid === undefined) throw new Error(`no daemon runs on ${host.name}`)
  return pid
}

/** Resident memory, in units of 10^6 bytes. */
export function residentMB(pid: number): number {
  return statusKiB(pid, 'VmRSS') * 1.024e-3
}

/** Resident memory that is its own: without what is mapped from files, which processes of one program share. */
export function ownMB(pid: number): number {
  return statusKiB(pid, 'RssAnon') * 1.024e-3
}

/** The most resident memory it has had since {@link forgetPeak}, or since its start. */
export function peakMB(pid: number): number {
  return statusKiB(pid, 'VmHWM') * 1.024e-3
}

export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5')
}

/** Time on a processor of all its living threads, in milliseconds. */
export function cpuMs(pid: number): number {
  const threads = readdirSync(`/proc/${pid}/task`)
  const nanoseconds = threads.map((thread) =>
    Number(readFileSync(`/proc/${pid}/task/${thread}/schedstat`, 'utf8').split(' ')[0]),
  )
  return nanoseconds.reduce((total, one) => total + one, 0) / 1e6
}

/** Bytes that it has handed to write(), whatever to: files, pipes, and sockets as Node writes to them. */
export function writtenBytes(pid: number): number {
  return Number(/^wchar: (\d+)$/m.exec(readFileSync(`/proc/${pid}/io`, 'utf8'))?.[1])
}

/** Its resident memory, in units of 10^6 bytes, of which what it shares is counted in parts. */
export function shareMB(pid: number): number {
  return Number(/^Pss:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'))?.[1]) * 1.024e-3
}

/** A process and those that it has started and that run. */
export function withChildren(pid: number): readonly number[] {
  const children = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8')
  return [
    pid,
    ...children
      .split(' ')
      .filter((word) => word !== '')
      .map(Number),
  ]
}

function statusKiB(pid: number, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1])
}
