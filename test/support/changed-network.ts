/** A network process that says to its daemon what a test makes of it. */
import type { Duplex } from 'node:stream'
import { FrameReader, headOf } from '../../src/network/wire.ts'
import { networkInThisProcess, socketPair } from './network.ts'

/** What becomes of bytes that the process sends on a stream that the daemon has opened. */
export type Change = (bytes: Buffer, hangUp: () => void) => Buffer

/** One in this process, whose bytes for the daemon go through `change`. */
export async function changedNetwork(change: Change): ReturnType<typeof networkInThisProcess> {
  const [socket, other] = await socketPair()
  const started = await networkInThisProcess()
  joinChanged(other, started.socket, change)
  return { socket, ended: started.ended, kill: () => void other.destroy() }
}

/** Joins a daemon's end of the channel with that of a process, until either ends. */
export function joinChanged(daemon: Duplex, process: Duplex, change: Change): void {
  const hangUp = (): void => {
    process.destroy()
    daemon.destroy()
  }
  const send = (kind: Parameters<typeof headOf>[0], stream: number, payload: Buffer): void => {
    if (!daemon.destroyed) daemon.write(Buffer.concat([headOf(kind, stream, payload.length), payload]))
  }
  const reader = new FrameReader({
    frame: send,
    // The streams of the daemon have odd numbers.
    data: (stream, bytes) => send('data', stream, stream % 2 === 1 ? change(bytes, hangUp) : bytes),
  })
  process.on('data', (bytes: Buffer) => reader.push(bytes))
  daemon.on('data', (bytes: Buffer) => process.write(bytes))
  for (const end of [process, daemon]) end.on('error', () => undefined).on('close', hangUp)
}
