export { type BankConnections, bankConnections } from './bank-connections.io.ts'
export { serveBank } from './bank-server.io.ts'
export type { BankFound, BankServer, BankSource } from './bank-source.ts'
