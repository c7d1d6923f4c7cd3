export * from './api.ts'
export { type Client, connect, type EventListener } from './client.io.ts'
