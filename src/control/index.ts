export * from './api.ts'
export * from './branching.ts'
export { type Client, connect, type EventListener } from './client.io.ts'
export * from './reading.ts'
