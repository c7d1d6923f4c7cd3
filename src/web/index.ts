export { serveWeb, type WebOptions, type WebServer } from './web-server.io.ts'
