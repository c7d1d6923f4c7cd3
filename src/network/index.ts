export type { ServedFiles } from './file-answers.ts'
export { NetworkTransport } from './network-transport.ts'
export { runNetwork } from './run-network.io.ts'
export { startNetwork } from './start-network.io.ts'
