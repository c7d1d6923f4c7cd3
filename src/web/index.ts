export { type PagesServer, servePages, serveWeb, type WebServer } from './web-server.io.ts'
