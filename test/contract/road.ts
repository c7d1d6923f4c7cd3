import { type AddressInfo, createConnection, createServer, type Socket } from 'node:net'

/** A TCP relay before one host, where what the network or a dying kernel would do can be done. */
export async function openRoad(toPort: number, delayMs = 0) {
  const sockets = new Map<Socket, Socket>()
  let open = true
  const server = createServer((near) => {
    if (!open) return void near.resetAndDestroy()
    const far = createConnection(toPort, '127.0.0.1')
    for (const [socket, other] of [
      [near, far],
      [far, near],
    ] as const) {
      sockets.set(socket, other)
      if (delayMs === 0) socket.pipe(other)
      else socket.on('data', (bytes) => setTimeout(() => other.write(bytes), delayMs))
      socket.on('error', () => other.destroy())
      socket.on('close', () => {
        sockets.delete(socket)
        other.destroy()
      })
    }
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const each = (act: (socket: Socket, other: Socket) => void): void => {
    for (const [socket, other] of [...sockets]) act(socket, other)
  }
  return {
    port: (server.address() as AddressInfo).port,
    breakOff: () => {
      open = false
      each((socket) => socket.resetAndDestroy())
    },
    /** What the host says goes nowhere; it hears what is said to it. */
    mute: () => each((socket) => socket.remotePort === toPort && socket.unpipe().pause()),
    hang: () => each((socket) => socket.unpipe().pause()),
    wake: () => each((socket, other) => socket.pipe(other)),
    close: () => {
      each((socket) => socket.destroy())
      return new Promise<void>((resolve) => server.close(() => resolve()))
    },
  }
}
