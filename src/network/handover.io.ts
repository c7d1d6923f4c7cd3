/**
 * How the daemon hands open files to the network process: over a second socket, which is itself handed over with the
 * first words on the channel. Where the kernel can't be asked for that, there is none, and everything goes over the
 * channel.
 */
import { closeSync } from 'node:fs'
import type { Socket } from 'node:net'
import { descriptorOf, systemCalls } from '../machine/index.ts'
import type { HandOver } from './file-answers.ts'
import type { ToNetwork } from './messages.ts'
import { headOf } from './wire.ts'

const numberBytes = 6
/** The daemon speaks when it has started the process; one of another release may not. */
const firstWordsMsMax = 2_000

/** The daemon's end. */
export interface Handover {
  readonly handOver: HandOver
  close(): void
}

/** What was handed over at once, open in this process, and its number. */
export interface Taken {
  readonly number: number
  readonly descriptors: readonly number[]
}

/** What waits to be taken; undefined when nothing does. */
export type Take = () => Taken | undefined

/** Makes such a socket, and hands its other end over before anything else is said. */
export function beginHandover(channel: Socket): Handover | undefined {
  const message = Buffer.from(JSON.stringify({ type: 'handover' } satisfies ToNetwork))
  const words = Buffer.concat([headOf('message', 0, message.length), message])
  const fd = descriptorOf(channel)
  const { calls } = systemCalls()
  if (fd === undefined || calls === undefined) {
    channel.write(words)
    return undefined
  }
  const [own, other] = calls.socketPair()
  let isOpen = true
  const close = (): void => {
    if (isOpen) closeSync(own)
    isOpen = false
  }
  try {
    calls.sendDescriptors(fd, words, [other])
  } catch {
    close()
    channel.write(words)
    return undefined
  } finally {
    closeSync(other)
  }
  const handOver: HandOver = (number, descriptors) => {
    if (!isOpen) throw new Error('the other process has ended')
    const bytes = Buffer.alloc(numberBytes)
    bytes.writeUIntBE(number, 0, numberBytes)
    calls.sendDescriptors(own, bytes, descriptors)
  }
  return { handOver, close }
}

/** The network process's end: waits for the daemon's first words, which are given back, and takes the socket from them. */
export function takeHandover(channel: number): { readonly words: Buffer; readonly take: Take | undefined } {
  const { calls } = systemCalls()
  const first = calls?.receiveDescriptors(channel, firstWordsMsMax)
  const [socket, ...others] = first?.descriptors ?? []
  for (const other of others) closeSync(other)
  return { words: first?.bytes ?? Buffer.alloc(0), take: socket === undefined ? undefined : takeFrom(socket) }
}

function takeFrom(socket: number): Take {
  return () => {
    const received = systemCalls().calls?.receiveDescriptors(socket)
    if (received === undefined || received.bytes.length < numberBytes) return undefined
    return { number: received.bytes.readUIntBE(0, numberBytes), descriptors: received.descriptors }
  }
}
