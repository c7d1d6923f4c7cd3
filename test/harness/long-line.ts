/**
 * `node long-line.ts NAME NAME MS EVERY`: two network devices that are the ends of one line. A frame that goes in at one
 * comes out at the other so many milliseconds later, but for one of every so many, which is lost: counted and not thrown
 * for, so that no run has worse luck than another. Says `ready` when they are there.
 * They go when its standard input ends, wherever they were moved to.
 */
import { openSync, read, writeSync } from 'node:fs'
import { createRequire } from 'node:module'

/** TUNSETIFF: names the device that an open /dev/net/tun is; a struct ifreq with IFF_TAP and IFF_NO_PI in it. */
const setInterface = 0x400454ca
const ifreqBytes = 40
const flagsAt = 16
const tapWithoutInfo = 0x1002
/** A frame of any device here. */
const frameBytesMax = 65_536

const [near = '', far = '', ms = '', every = ''] = process.argv.slice(2)
const koffi = createRequire(import.meta.url)(`@koromix/koffi-${process.platform}-${process.arch}`)
const ioctl = koffi.load(null).func('int ioctl(int fd, unsigned long request, _Inout_ uint8_t *argument)')
const [one, other] = [device(near), device(far)]
pass(one, other)
pass(other, one)
// Two threads wait in calls that nothing ends, and a process that exits waits for them.
process.stdin.on('end', () => process.kill(process.pid, 'SIGKILL')).resume()
process.stdout.write('ready\n')

function device(name: string): number {
  const fd = openSync('/dev/net/tun', 'r+')
  const request = Buffer.alloc(ifreqBytes)
  request.write(name)
  request.writeUInt16LE(tapWithoutInfo, flagsAt)
  if (ioctl(fd, setInterface, request) !== 0) throw new Error(`no device ${name}: errno ${koffi.errno()}`)
  return fd
}

function pass(from: number, to: number, frames = 1): void {
  const frame = Buffer.alloc(frameBytesMax)
  read(from, frame, 0, frameBytesMax, null, (error, bytes) => {
    // A device that is down can't be read from.
    if (error) return void setTimeout(() => pass(from, to, frames), 10)
    if (frames % Number(every) !== 0) setTimeout(put, Number(ms), to, Buffer.from(frame.subarray(0, bytes)))
    pass(from, to, frames + 1)
  })
}

function put(to: number, frame: Buffer): void {
  try {
    writeSync(to, frame)
  } catch {
    // It is down: what comes is lost, as on every cable.
  }
}
